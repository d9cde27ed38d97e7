/**
 * A tenant that takes installers, and storage beside it, on one server that a test looks at afterwards.
 */
import { createHash } from "node:crypto"
import { appId, appRecord, pageOf } from "./records.js"
import { formOf, multipartOf } from "./bodies.js"
import { type Handler, type Received, type Reply, routes } from "./server.js"

export const root = "/api/v1/library/custom-apps"
export const fileKey = "companies/companies/1/library/custom_apps/test_18cf0dfc.pkg"

/** What storage wants before the file. The signature is a secret. */
export const postData = {
  key: fileKey,
  "x-amz-algorithm": "AWS4-HMAC-SHA256",
  "x-amz-credential": "AKIA/20261124/us-east-1/s3/aws4_request",
  "x-amz-date": "20261124T000000Z",
  "x-amz-security-token": "session-token",
  policy: Buffer.from(JSON.stringify({ expiration: "2099-01-01T00:00:00Z", conditions: [] })).toString("base64"),
  "x-amz-signature": "signature-of-the-form"
}

const booleans = new Set(["active", "restart", "show_in_self_service", "self_service_recommended"])

/** What storage has, by its origin. */
const stored = new Map<string, object>()

/** Answers with what was sent, and with the hash and the size of what storage has, as the service does. */
export const echo: Handler = (request) => ({
  status: request.method === "POST" ? 201 : 200,
  body: appRecord({
    ...Object.fromEntries(
      formOf(request).map(([name, value]) => [name, booleans.has(name) ? value === "true" : value])
    ),
    ...stored.get(originOf(request))
  })
})

const hashOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex")

export interface AppsTenant {
  readonly presign?: Handler | Reply
  readonly storage?: Handler | Reply
  readonly create?: Handler | Reply
  readonly update?: Handler | Reply
  readonly get?: Handler | Reply
  /** What storage gives back at the app's `file_url`. */
  readonly installer?: Buffer
  readonly download?: Handler | Reply
}

export const originOf = ({ headers }: Received): string => `http://${headers.host}`

/** The place that the tenant gives for an installer. */
export const placeOn = (request: Received, changes: Readonly<Record<string, unknown>> = {}) => ({
  name: "test.pkg",
  expires: "2099-01-01T00:00:00.000000Z",
  post_url: `${originOf(request)}/storage/`,
  post_data: postData,
  file_key: fileKey,
  ...changes
})

/** Everything goes well, except for what a test says. */
export const appsTenant = ({
  create = echo,
  get,
  installer = Buffer.from("the installer"),
  download = { body: installer },
  presign = (request) => ({ status: 201, body: placeOn(request) }),
  storage = { status: 204 },
  update = echo
}: AppsTenant = {}): Handler =>
  routes({
    [`POST ${root}/upload`]: presign,
    "POST /storage/": async (request, raw) => {
      const { files } = await multipartOf(request)
      for (const { content } of files)
        stored.set(originOf(request), { sha256: hashOf(content), file_size: content.length })
      return typeof storage === "function" ? storage(request, raw) : storage
    },
    [`POST ${root}`]: create,
    [`PATCH ${root}/*`]: update,
    [`GET ${root}/*`]:
      get ??
      ((request) => ({
        body: appRecord({
          id: appId,
          file_url: `${originOf(request)}/stored/test_18cf0dfc.pkg?X-Amz-Signature=secret`,
          file_size: installer.length,
          sha256: hashOf(installer)
        })
      })),
    [`GET ${root}`]: { body: pageOf([appRecord()]) },
    [`DELETE ${root}/*`]: { status: 204 },
    "GET /stored/*": download
  })
