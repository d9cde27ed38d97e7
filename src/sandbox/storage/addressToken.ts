/**
 * The token in a file URL on the API's own host. It is a JSON Web Token for one file, checked like by Kong's JWT
 * plugin.
 *
 * @see https://docs.konghq.com/hub/kong-inc/jwt/
 */
import { createHmac } from "node:crypto"
import { isRecord } from "../gateway/body.js"
import { type Answer, json } from "../gateway/exchange.js"
import { type Credentials, sameSignature } from "./sigv4.js"

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

const sign = ({ secretAccessKey }: Credentials, text: string): string =>
  createHmac("sha256", secretAccessKey).update(text).digest("base64url")

/** A token for the file with this key. It expires at `expires`, in milliseconds. */
export const tokenFor = (credentials: Credentials, key: string, expires: number): string => {
  const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ key, exp: Math.ceil(expires / 1000) })}`
  return `${text}.${sign(credentials, text)}`
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString("utf8"))
  } catch {
    return undefined
  }
}

/** Why a token is refused for the file with this key; `undefined` if it is valid. */
export const judgeToken = (
  credentials: Credentials,
  key: string,
  token: string | null,
  now: number
): Answer | undefined => {
  if (token === null || token === "") return json(401, { message: "Unauthorized" })
  const [header = "", payload = "", signature = ""] = token.split(".")
  if (!sameSignature(signature, sign(credentials, `${header}.${payload}`))) {
    return json(401, { message: "Invalid signature" })
  }
  const claims = parse(payload)
  if (!isRecord(claims) || claims["key"] !== key) return json(403, { message: "You cannot consume this service" })
  return now > Number(claims["exp"]) * 1000 ? json(401, { exp: "token expired" }) : undefined
}
