/**
 * Valid arguments for every operation that takes more than ids.
 */
import { Operation } from "effect-iru"
import * as Redacted from "effect/Redacted"

/** The queries, by operation. */
export const queries: Readonly<Record<string, object>> = {
  "Prism.count": { category: "apps" },
  "Threats.stream": { statuses: ["quarantined"] },
  "Threats.behavioralDetections": { device_id: "1" }
}

const file = (filename: string, text: string) =>
  new Operation.FormFile({ filename, contentType: "application/octet-stream", bytes: new TextEncoder().encode(text) })
const profile = file(
  "a.mobileconfig",
  '<?xml version="1.0"?><plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string></dict></plist>'
)

/** The bodies, by operation. */
export const bodiesOf = (
  blueprint_id: string,
  library_item_id: string,
  keys: { readonly app: string; readonly inHouse: string }
): Readonly<Record<string, object>> => ({
  "AdeDevices.update": { asset_tag: "A-1" },
  "AdeIntegrations.create": {
    blueprint_id,
    phone: "555",
    email: "a@sandbox.invalid",
    file: file("token.p7m", "token")
  },
  "AdeIntegrations.renew": { blueprint_id, phone: "555", email: "a@sandbox.invalid", file: file("token.p7m", "token") },
  "AdeIntegrations.update": { blueprint_id, phone: "556", email: "b@sandbox.invalid" },
  "BlueprintRouting.update": { enrollment_code: { is_active: true } },
  "Blueprints.create": { name: "New", enrollment_code: { is_active: false } },
  "Blueprints.update": { description: "Changed" },
  "Blueprints.assign": { library_item_id },
  "Blueprints.remove": { library_item_id },
  "CustomApps.create": {
    name: "New",
    install_type: "package",
    install_enforcement: "install_once",
    file_key: keys.app
  },
  "CustomApps.presign": { name: "App.pkg" },
  "CustomApps.update": { file_key: keys.app },
  "CustomProfiles.create": { name: "New", runs_on_mac: true, file: profile },
  "CustomProfiles.update": { file: profile },
  "CustomScripts.create": { name: "New", script: "#!/bin/zsh", execution_frequency: "once" },
  "CustomScripts.update": { restart: true },
  "DeviceActions.dataRoaming": { Enabled: true },
  "DeviceActions.deleteUser": { UserName: "ada" },
  "DeviceActions.erase": {},
  "DeviceActions.lock": { Message: "Lost" },
  "DeviceActions.personalHotspot": { Enabled: false },
  "DeviceActions.refreshCellularPlans": { eSIMServerURL: "https://esim.sandbox.invalid" },
  "DeviceActions.remoteDesktop": { EnableRemoteDesktop: true },
  "DeviceActions.resetWorkProfilePasscode": { newPassword: Redacted.make("1234") },
  "DeviceActions.restart": {},
  "DeviceActions.setName": { DeviceName: "Lobby" },
  "DeviceActions.unlockAccount": { UserName: "ada" },
  "DeviceNotes.create": { content: "Another" },
  "DeviceNotes.update": { content: "Changed" },
  "Devices.update": { asset_tag: "A-2" },
  "InHouseApps.create": { name: "New", file_key: keys.inHouse },
  "InHouseApps.presign": { filename: "App.ipa" },
  "InHouseApps.update": { file_key: keys.inHouse },
  "LostMode.enable": { Message: "Lost" },
  "Prism.startExport": { category: "apps" },
  "Tags.create": { name: "New" },
  "Tags.update": { name: "Changed" }
})
