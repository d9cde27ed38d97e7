/**
 * The errors of S3, as XML.
 */
import { randomBytes } from "node:crypto"
import { type Answer, content } from "../gateway/exchange.js"

const escaped = (text: string): string => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")

/** The headers of every S3 answer. */
export const amzHeaders = (): Readonly<Record<string, string>> => ({
  server: "AmazonS3",
  "x-amz-request-id": randomBytes(8).toString("hex").toUpperCase(),
  "x-amz-id-2": randomBytes(48).toString("base64")
})

/** An S3 error with its code and message. Some codes have more elements. */
export const refusal = (
  status: number,
  code: string,
  message: string,
  details: Readonly<Record<string, string | number>> = {},
  headers: Readonly<Record<string, string>> = {}
): Answer => {
  const common = amzHeaders()
  const elements = {
    Code: code,
    Message: message,
    ...details,
    RequestId: common["x-amz-request-id"] ?? "",
    HostId: common["x-amz-id-2"] ?? ""
  }
  const inner = Object.entries(elements)
    .map(([name, value]) => `<${name}>${escaped(String(value))}</${name}>`)
    .join("")
  return content(status, "application/xml", `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inner}</Error>`, {
    ...common,
    ...headers
  })
}

/** A 403 if a policy forbids the request, or the signature is missing. */
export const accessDenied = (message: string, details?: Readonly<Record<string, string | number>>): Answer =>
  refusal(403, "AccessDenied", message, details)

/** A 403 for a wrong signature. */
export const signatureDoesNotMatch = (): Answer =>
  refusal(
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
  )

/** A 403 for an unknown access key. */
export const unknownAccessKey = (key: string): Answer =>
  refusal(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", {
    AWSAccessKeyId: key
  })

/** A 400 for a missing or invalid argument. */
export const invalidArgument = (name: string, value: string, message: string): Answer =>
  refusal(400, "InvalidArgument", message, { ArgumentName: name, ArgumentValue: value })

/** A 404 for an unknown key. */
export const noSuchKey = (key: string): Answer =>
  refusal(404, "NoSuchKey", "The specified key does not exist.", { Key: key })
