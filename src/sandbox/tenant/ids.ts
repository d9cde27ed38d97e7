/**
 * Ids that follow from what they are of.
 */
import { createHash } from "node:crypto"

/** An id that a text always has. */
export const idOfText = (text: string): string => {
  const digest = createHash("sha256").update(text).digest("hex")
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`
}
