import { createHash } from "node:crypto"

/** The SHA-256 digest, in lower-case hex. */
export const sha256 = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex")
