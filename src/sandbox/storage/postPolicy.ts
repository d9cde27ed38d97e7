/**
 * Writes and checks POST policies, which say what a presigned form may upload.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */
import { isRecord } from "../gateway/body.js"
import type { Answer } from "../gateway/exchange.js"
import { compact, fromCompact } from "../tenant/time.js"
import { accessDenied, invalidArgument, refusal, signatureDoesNotMatch, unknownAccessKey } from "./refusal.js"
import { algorithm, type Credentials, sameSignature, scopeOf, signPolicy } from "./sigv4.js"

/** The allowed size of an upload, in bytes. */
export interface SizeRange {
  readonly least: number
  readonly most: number
}

/** The fields of a form that allows one upload to `key` until `expires`. They are in the order of the service. */
export const presignedForm = (
  credentials: Credentials,
  options: {
    readonly bucket: string
    readonly key: string
    readonly now: number
    readonly expires: number
    readonly sizes: SizeRange
  }
): Readonly<Record<string, string>> => {
  const date = compact(options.now)
  const fields = {
    key: options.key,
    "x-amz-algorithm": algorithm,
    "x-amz-credential": `${credentials.accessKeyId}/${scopeOf(credentials, date)}`,
    "x-amz-date": date,
    "x-amz-security-token": credentials.sessionToken
  }
  const policy = Buffer.from(
    JSON.stringify({
      expiration: new Date(options.expires).toISOString(),
      conditions: [
        { bucket: options.bucket },
        ["content-length-range", options.sizes.least, options.sizes.most],
        ...Object.entries(fields).map(([name, value]) => ({ [name]: value }))
      ]
    })
  ).toString("base64")
  return { ...fields, policy, "x-amz-signature": signPolicy(credentials, date, policy) }
}

/** What an accepted form may upload. */
export interface Permit {
  readonly key: string
  readonly sizes: SizeRange
}

/** A permit, or the answer that refuses the form. */
export type Verdict = { readonly permit: Permit } | { readonly refused: Answer }

type Condition =
  | { readonly _tag: "Match"; readonly operator: "eq" | "starts-with"; readonly field: string; readonly value: string }
  | { readonly _tag: "Size"; readonly least: number; readonly most: number }

interface Policy {
  readonly expiration: number
  readonly conditions: ReadonlyArray<Condition>
}

const size = (value: unknown): number | undefined => {
  const bytes = typeof value === "string" ? Number(value) : value
  return typeof bytes === "number" && Number.isInteger(bytes) && bytes >= 0 ? bytes : undefined
}

const readCondition = (given: unknown): ReadonlyArray<Condition> | undefined => {
  if (isRecord(given)) {
    const entries = Object.entries(given)
    return entries.flatMap(([field, value]): ReadonlyArray<Condition> =>
      typeof value === "string" ? [{ _tag: "Match", operator: "eq", field: field.toLowerCase(), value }] : []
    )
  }
  if (!Array.isArray(given) || given.length !== 3) return undefined
  const [operator, field, value]: ReadonlyArray<unknown> = given
  if (typeof operator !== "string") return undefined
  const name = operator.toLowerCase()
  if (name === "content-length-range") {
    const [least, most] = [size(field), size(value)]
    return least === undefined || most === undefined ? undefined : [{ _tag: "Size", least, most }]
  }
  if ((name !== "eq" && name !== "starts-with") || typeof field !== "string" || typeof value !== "string") {
    return undefined
  }
  return [{ _tag: "Match", operator: name, field: field.replace(/^\$/, "").toLowerCase(), value }]
}

const readPolicy = (base64: string): Policy | undefined => {
  let given: unknown
  try {
    given = JSON.parse(Buffer.from(base64, "base64").toString("utf8"))
  } catch {
    return undefined
  }
  if (!isRecord(given) || typeof given["expiration"] !== "string" || !Array.isArray(given["conditions"])) {
    return undefined
  }
  const expiration = Date.parse(given["expiration"])
  const conditions = given["conditions"].map(readCondition)
  if (Number.isNaN(expiration)) return undefined
  const known = conditions.filter((condition) => condition !== undefined)
  return known.length === conditions.length ? { expiration, conditions: known.flat() } : undefined
}

/** Fields that are allowed without a condition in the policy. */
const unconditional = ["policy", "x-amz-signature", "file"]

const required = ["x-amz-signature", "x-amz-algorithm", "x-amz-credential", "x-amz-date"]

/** Checks a form by the rules of S3, in the same order. Field names are in lower case. */
export const judgeForm = (
  credentials: Credentials,
  bucket: string,
  fields: ReadonlyMap<string, string>,
  filename: string,
  now: number
): Verdict => {
  const refused = (answer: Answer): Verdict => ({ refused: answer })
  const field = (name: string): string => fields.get(name) ?? ""

  if (!fields.has("key")) {
    return refused(
      invalidArgument(
        "key",
        "",
        "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields."
      )
    )
  }
  if (!fields.has("policy")) return refused(accessDenied("Access Denied"))
  const missing = required.find((name) => !fields.has(name))
  if (missing !== undefined) {
    return refused(
      invalidArgument(
        missing,
        "",
        `Bucket POST must contain a field named '${missing}'.  If it is specified, please check the order of the fields.`
      )
    )
  }

  const policy = readPolicy(field("policy"))
  if (policy === undefined) {
    return refused(refusal(400, "InvalidPolicyDocument", "Invalid Policy: Invalid JSON."))
  }

  const date = field("x-amz-date")
  if (field("x-amz-algorithm") !== algorithm) {
    return refused(
      invalidArgument("x-amz-algorithm", field("x-amz-algorithm"), `X-Amz-Algorithm only supports "${algorithm}"`)
    )
  }
  if (fromCompact(date) === undefined) {
    return refused(invalidArgument("x-amz-date", date, "Invalid date format; expected yyyyMMdd'T'HHmmss'Z'"))
  }
  const [accessKey = "", ...scope] = field("x-amz-credential").split("/")
  if (accessKey !== credentials.accessKeyId) return refused(unknownAccessKey(accessKey))
  if (scope.join("/") !== scopeOf(credentials, date)) {
    return refused(
      invalidArgument(
        "x-amz-credential",
        field("x-amz-credential"),
        `The Credential is mal-formed; expecting "<YOUR-AKID>/${scopeOf(credentials, date)}".`
      )
    )
  }
  if (!sameSignature(field("x-amz-signature"), signPolicy(credentials, date, field("policy")))) {
    return refused(signatureDoesNotMatch())
  }

  if (policy.expiration <= now) return refused(accessDenied("Invalid according to Policy: Policy expired."))

  const values = new Map([...fields, ["bucket", bucket] as const])
  let sizes: SizeRange = { least: 0, most: 5 * 1024 ** 3 }
  for (const condition of policy.conditions) {
    if (condition._tag === "Size") {
      sizes = condition
      continue
    }
    const value = values.get(condition.field) ?? ""
    const holds = condition.operator === "eq" ? value === condition.value : value.startsWith(condition.value)
    if (!holds) {
      const text = JSON.stringify([condition.operator, `$${condition.field}`, condition.value])
      return refused(accessDenied(`Invalid according to Policy: Policy Condition failed: ${text}`))
    }
  }
  const named = new Set(policy.conditions.map((condition) => (condition._tag === "Match" ? condition.field : "")))
  const extra = [...fields.keys()].filter(
    (name) => !unconditional.includes(name) && !name.startsWith("x-ignore-") && !named.has(name)
  )
  if (extra.length > 0) {
    return refused(accessDenied(`Invalid according to Policy: Extra input fields: ${extra.join(", ")}`))
  }
  const file = filename.replace(/^.*[/\\]/, "")
  return { permit: { key: field("key").replaceAll("${filename}", () => file), sizes } }
}
