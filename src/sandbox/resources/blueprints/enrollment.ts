/**
 * Manual enrollment: a profile, or the URL where the user signs in first. The sandbox cannot enroll devices, so both
 * contain a host that does not exist.
 */
import { type Answer, content, json } from "../../gateway/exchange.js"
import { idOfText } from "../../tenant/ids.js"
import { escaped } from "../../files/plist.js"
import type { BlueprintRecord } from "./table.js"

const host = "https://enroll.sandbox.invalid"

const profile = ({
  enrollment_code: { code },
  id,
  name
}: BlueprintRecord): string => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<dict>
		<key>Challenge</key>
		<string>${escaped(code)}</string>
		<key>DeviceAttributes</key>
		<array>
			<string>UDID</string>
			<string>VERSION</string>
			<string>PRODUCT</string>
			<string>SERIAL</string>
		</array>
		<key>URL</key>
		<string>${host}/app/v1/mdm/enroll-ota/${escaped(id)}</string>
	</dict>
	<key>PayloadDescription</key>
	<string>${escaped(name)}</string>
	<key>PayloadDisplayName</key>
	<string>Enrollment Profile</string>
	<key>PayloadIdentifier</key>
	<string>io.kandji.mdm.enroll.${escaped(id)}</string>
	<key>PayloadType</key>
	<string>Profile Service</string>
	<key>PayloadUUID</key>
	<string>${idOfText(`Enrollment in ${id}`).toUpperCase()}</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`

const signIn = ({ enrollment_code: { code }, id }: BlueprintRecord): string => {
  const metadata = { blueprint_id: id, enrollment_code: code }
  return `${host}/enrollment/authentication?metadata=${Buffer.from(JSON.stringify(metadata)).toString("base64url")}`
}

/** The profile. With `sso=true`, the sign-in URL if the Blueprint requires authentication. */
export const enrollment = (blueprint: BlueprintRecord, sso: string | null): Answer =>
  blueprint.requiresAuthentication === true && sso?.toLowerCase() === "true"
    ? json(200, { url: signIn(blueprint) })
    : content(200, "application/x-apple-aspen-config", profile(blueprint), {
        "content-disposition": "attachment;filename=kandji-enroll.mobileconfig"
      })
