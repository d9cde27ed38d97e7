/**
 * AWS Signature Version 4, for forms (POST policies) and presigned URLs.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto"

/** The name of the algorithm in forms and URLs. */
export const algorithm = "AWS4-HMAC-SHA256"

/** Temporary credentials like those of the service. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly region: string
}

/** Generates credentials. */
export const makeCredentials = (): Credentials => ({
  accessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
  secretAccessKey: randomBytes(30).toString("base64"),
  sessionToken: randomBytes(96).toString("base64"),
  region: "us-east-1"
})

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest()

/** `20241030` of `20241030T165113Z` */
const dayOf = (date: string): string => date.slice(0, 8)

/** `20241030/us-east-1/s3/aws4_request` */
export const scopeOf = (credentials: Credentials, date: string): string =>
  `${dayOf(date)}/${credentials.region}/s3/aws4_request`

const signWith = (credentials: Credentials, date: string, text: string): string => {
  const day = hmac(`AWS4${credentials.secretAccessKey}`, dayOf(date))
  const signingKey = hmac(hmac(hmac(day, credentials.region), "s3"), "aws4_request")
  return hmac(signingKey, text).toString("hex")
}

/** Compares two signatures in constant time. */
export const sameSignature = (one: string, other: string): boolean => {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** The signature of a form. It signs the policy in base64. */
export const signPolicy = (credentials: Credentials, date: string, policy: string): string =>
  signWith(credentials, date, policy)

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

/** A path in the form that is signed and sent: each segment is percent-encoded, slashes are not. */
export const encodePath = (path: string): string => path.split("/").map(encode).join("/")

/** The parts of a request that are signed. */
export interface SignedRequest {
  readonly method: string
  /** Decoded, with the leading slash. */
  readonly path: string
  /** Without the signature. */
  readonly query: ReadonlyArray<readonly [string, string]>
  readonly headers: ReadonlyArray<readonly [string, string]>
  readonly date: string
}

const byName = (one: readonly [string, string], other: readonly [string, string]): number =>
  one[0] < other[0] ? -1 : one[0] > other[0] ? 1 : one[1] < other[1] ? -1 : one[1] > other[1] ? 1 : 0

const queryString = (query: SignedRequest["query"]): string =>
  query
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join("&")

/** The signature of a presigned URL. */
export const signRequest = (credentials: Credentials, request: SignedRequest): string => {
  const canonical = [
    request.method,
    encodePath(request.path),
    queryString(request.query),
    ...[...request.headers].sort(byName).map(([name, value]) => `${name}:${value.trim()}`),
    "",
    request.headers
      .map(([name]) => name)
      .sort()
      .join(";"),
    "UNSIGNED-PAYLOAD"
  ].join("\n")
  const hash = createHash("sha256").update(canonical).digest("hex")
  const text = [algorithm, request.date, scopeOf(credentials, request.date), hash].join("\n")
  return signWith(credentials, request.date, text)
}

/** A presigned URL to GET an object for `expires` seconds. */
export const presignGet = (
  credentials: Credentials,
  options: { readonly origin: string; readonly path: string; readonly date: string; readonly expires: number }
): string => {
  const query: SignedRequest["query"] = [
    ["X-Amz-Algorithm", algorithm],
    ["X-Amz-Credential", `${credentials.accessKeyId}/${scopeOf(credentials, options.date)}`],
    ["X-Amz-Date", options.date],
    ["X-Amz-Expires", String(options.expires)],
    ["X-Amz-Security-Token", credentials.sessionToken],
    ["X-Amz-SignedHeaders", "host"]
  ]
  const signature = signRequest(credentials, {
    method: "GET",
    path: options.path,
    query,
    headers: [["host", new URL(options.origin).host]],
    date: options.date
  })
  return `${options.origin}${encodePath(options.path)}?${queryString(query)}&X-Amz-Signature=${signature}`
}
