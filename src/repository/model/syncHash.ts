/**
 * The hash with which the vendor's tool detects changes since the last sync: a sha256 of the hex digests of the info
 * values and of each file.
 */
import { sha256 } from "./hash.js"
import { type Kind, kinds } from "./kinds.js"

const selfService = ["show_in_self_service", "self_service_category_id", "self_service_recommended"]

/** The values that are hashed, in this order. */
const counted: Readonly<Record<Kind, ReadonlyArray<string>>> = {
  profile: [
    "id",
    "name",
    "active",
    ...["mac", "iphone", "ipad", "tv", "vision", "android", "windows"].map((platform) => `runs_on_${platform}`)
  ],
  script: ["id", "name", "active", "execution_frequency", "restart", ...selfService],
  app: [
    "id",
    "name",
    "active",
    "install_type",
    "install_enforcement",
    "restart",
    "unzip_location",
    ...selfService,
    "sha256"
  ]
}

/** A value as Python's `str` writes it. */
const asPython = (value: unknown): string =>
  value === undefined || value === null
    ? "None"
    : typeof value === "boolean"
      ? value
        ? "True"
        : "False"
      : String(value)

/** The hash of an item: its info values (an app's installer as `sha256`), and its texts by field. */
export const syncHash = (kind: Kind, values: object, texts: Readonly<Record<string, string | undefined>>): string => {
  const all = new Map(Object.entries(values))
  const info = counted[kind].map((key) => asPython(all.get(key))).join("")
  const contents = kinds[kind].files.flatMap(({ field }) => texts[field] ?? [])
  return sha256([info, ...contents].map((part) => sha256(part)).join(""))
}
