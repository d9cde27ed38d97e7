import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { createPresignedPost } from "@aws-sdk/s3-presigned-post"
import { getSignedUrl } from "@aws-sdk/s3-request-presigner"
import { live } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFile, spawnSync } from "node:child_process"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"

const sandbox = Effect.provide(Sandbox.layer())
const here = fileURLToPath(new URL(".", import.meta.url))

/** Whether a program is there and runs; says so where it is not. */
const available = (program: string, ...args: ReadonlyArray<string>): boolean => {
  const found = spawnSync(program, args).status === 0
  if (!found) console.log(`Not run: the clients that need ${[program, ...args].join(" ")}`)
  return found
}

/** Runs a program against the sandbox; gives what it printed, and what it said went wrong. */
const run = (program: string, ...args: ReadonlyArray<string>) =>
  Effect.flatMap(Sandbox, ({ apiToken, tenantUrl }) =>
    Effect.async<string>((resume) => {
      const env = { ...process.env, IRU_TENANT_URL: tenantUrl, IRU_API_TOKEN: apiToken }
      execFile(program, [...args], { env, timeout: 60_000 }, (_, stdout, stderr) =>
        resume(Effect.succeed(`${stdout}${stderr}`))
      )
    })
  )

describe.runIf(available("curl", "--version"))("curl", () => {
  for (const script of readdirSync(join(here, "curl")).filter((name) => name !== "common.sh")) {
    live(`${script} gets the answers that the service would give`, () =>
      Effect.gen(function* () {
        expect(yield* run("bash", join(here, "curl", script))).toBe("ok\n")
      }).pipe(sandbox)
    )
  }
})

describe.runIf(available("python3", "-c", "import requests"))("a Python program with requests", () => {
  live("follows next, uploads and writes as the vendor's client does", () =>
    Effect.gen(function* () {
      expect(yield* run("python3", join(here, "python", "client.py"))).toBe("ok\n")
    }).pipe(Effect.provide(Sandbox.layer({ pageSize: 3 })))
  )
})

live("the vendor's command-line tools request a ping first, without a token, and get a 2xx", () =>
  Effect.gen(function* () {
    const { tenantUrl } = yield* Sandbox
    const answer = yield* Effect.promise(() => fetch(`${tenantUrl}/app/v1/ping`))
    expect([answer.status, yield* Effect.promise(() => answer.json())]).toEqual([200, "pong"])
  }).pipe(sandbox)
)

describe("the AWS SDK", () => {
  const withClient = <A>(use: (client: S3Client, bucket: string) => Promise<A>) =>
    Effect.flatMap(Sandbox, ({ bucket, storageUrl }) =>
      Effect.acquireUseRelease(
        Effect.sync(
          () =>
            new S3Client({
              endpoint: storageUrl,
              forcePathStyle: true,
              region: bucket.credentials.region,
              credentials: bucket.credentials
            })
        ),
        (client) => Effect.promise(() => use(client, bucket.name)),
        (client) => Effect.sync(() => client.destroy())
      )
    )

  const post = async (url: string, fields: Readonly<Record<string, string>>, file: string): Promise<Response> => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append("file", new Blob([file]), "x.pkg")
    const whole = new Response(form)
    return fetch(url, {
      method: "POST",
      headers: { "content-type": whole.headers.get("content-type") ?? "" },
      body: await whole.arrayBuffer()
    })
  }

  live("creates forms and URLs that the storage accepts, for any name of a key", () =>
    withClient(async (client, Bucket) => {
      for (const Key of ["plain.pkg", "with space+plus & ümlaut.pkg", "a/b/c=d.zip"]) {
        const { fields, url } = await createPresignedPost(client, {
          Bucket,
          Key,
          Conditions: [["content-length-range", 1, 100]],
          Expires: 60
        })
        expect((await post(url, fields, `bytes of ${Key}`)).status).toBe(204)
        const address = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key }), { expiresIn: 60 })
        const stored = await fetch(address)
        expect([stored.status, await stored.text()]).toEqual([200, `bytes of ${Key}`])
      }
    }).pipe(sandbox)
  )

  live("the storage refuses uploads that break the conditions of a form", () =>
    withClient(async (client, Bucket) => {
      const { fields, url } = await createPresignedPost(client, {
        Bucket,
        Key: "allowed/${filename}",
        Conditions: [
          ["content-length-range", 5, 10],
          ["starts-with", "$key", "allowed/"]
        ]
      })
      const code = async (response: Response) => [
        response.status,
        /<Code>(.*)<\/Code>/.exec(await response.text())?.[1]
      ]
      expect(await code(await post(url, fields, "four"))).toEqual([400, "EntityTooSmall"])
      expect(await code(await post(url, fields, "eleven byte"))).toEqual([400, "EntityTooLarge"])
      expect(await code(await post(url, { ...fields, key: "other/x.pkg" }, "fitting"))).toEqual([403, "AccessDenied"])
      expect(await code(await post(url, { ...fields, "x-amz-signature": "0".repeat(64) }, "fitting"))).toEqual([
        403,
        "SignatureDoesNotMatch"
      ])
      expect(await code(await post(`${url}?source=terminal`, fields, "fitting"))).toEqual([400, "InvalidArgument"])
      expect((await post(url, fields, "fitting")).status).toBe(204)
      const address = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: "allowed/x.pkg" }))
      expect((await fetch(address)).status).toBe(200)
      expect(await code(await fetch(address.replace("x.pkg", "y.pkg")))).toEqual([403, "SignatureDoesNotMatch"])
    }).pipe(sandbox)
  )
})
