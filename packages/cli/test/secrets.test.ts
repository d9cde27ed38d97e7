/**
 * The tokens of tenants and the secrets of devices.
 */
import { scopedLive } from "@effect/vitest"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, describe, expect } from "vitest"
import { onTenant, prepareIru } from "./support/run.js"

const { folder, inTerminal, iru, plain, usual } = prepareIru()

const config = (file: string) => join(folder(), "config", "iru", file)

beforeEach(() => rmSync(join(folder(), "config"), { recursive: true, force: true }))

/** A fake program that records its arguments and its input. */
const standIn = (name: string, body: string): string => {
  const bin = join(folder(), `bin-${name}`)
  mkdirSync(bin, { recursive: true })
  writeFileSync(join(bin, name), `#!/bin/sh\necho "$@" >> '${bin}/arguments'\n${body.replaceAll("$BIN", bin)}\n`)
  chmodSync(join(bin, name), 0o755)
  return bin
}

describe("iru auth", () => {
  scopedLive("stores the token from standard input in a file that only its owner can read, and uses it", () =>
    onTenant(
      Effect.gen(function* () {
        const { apiToken, tenantUrl } = yield* Sandbox
        const login = yield* plain(["auth", "login", "--url", tenantUrl, "--tenant", "lab", "--token-stdin"], {
          input: `${apiToken}\n`
        })
        expect(login).toMatchObject({ code: 0, stdout: "" })
        expect(statSync(config("tokens.json")).mode & 0o777).toBe(0o600)
        expect(readFileSync(config("tenants.json"), "utf8")).not.toContain(apiToken)
        expect((yield* plain(["tags", "list"])).code).toBe(0)
        const status = yield* plain(["auth", "status", "--json"])
        expect(JSON.parse(status.stdout)).toEqual([
          { tenant: "lab", url: tenantUrl, token: "file", default: true, state: "the token is accepted" }
        ])
        expect(status.stdout).not.toContain(apiToken)

        chmodSync(config("tokens.json"), 0o644)
        const open = yield* plain(["tags", "list"])
        expect(open.code).toBe(3)
        expect(open.stderr).toContain("has mode 0644: others can read the tokens in it.")
        chmodSync(config("tokens.json"), 0o600)

        expect((yield* plain(["auth", "logout"])).code).toBe(0)
        expect(readFileSync(config("tokens.json"), "utf8")).not.toContain(apiToken)
        const none = yield* plain(["tags", "list"])
        expect(none.code).toBe(3)
        expect(none.stderr).toContain("iru auth login")
      })
    )
  )

  scopedLive("asks for the token without showing it, and does not store a token that the tenant refuses", () =>
    onTenant(
      Effect.gen(function* () {
        const { apiToken, tenantUrl } = yield* Sandbox
        const args = ["auth", "login", "--url", tenantUrl, "--tenant", "lab"]
        const env = { IRU_TENANT_URL: "", IRU_API_TOKEN: "" }
        const wrong = yield* inTerminal(args, {
          answers: [["(not shown): ", "0a1b2c3d-4e5f-4a6b-8c7d-9e8f7a6b5c4d\r"]],
          env
        })
        expect(wrong.code).toBe(3)
        const right = yield* inTerminal(args, { answers: [["(not shown): ", `${apiToken}\r`]], env })
        expect(right.code).toBe(0)
        expect(right.shown).not.toContain(apiToken)
        expect(right.shown).toContain("Logged in to lab")
      })
    )
  )

  scopedLive("stores the token in the Keychain if there is one, and passes it on standard input", () =>
    onTenant(
      Effect.gen(function* () {
        const { apiToken, tenantUrl } = yield* Sandbox
        const bin = standIn(
          "security",
          `case "$1" in
            -i) cat > $BIN/input ;;
            find-generic-password) sed -n 's/.* -w "\\(.*\\)"$/\\1/p' $BIN/input ;;
            delete-generic-password) rm $BIN/input ;;
          esac`
        )
        const env = { PATH: `${bin}:${usual().PATH}` }
        const login = yield* plain(["auth", "login", "--url", tenantUrl, "--tenant", "lab", "--token-stdin"], {
          env,
          input: apiToken
        })
        expect(login.stderr).toContain("The token is in the Keychain.")
        expect(readFileSync(join(bin, "arguments"), "utf8")).not.toContain(apiToken)
        expect((yield* plain(["tags", "list"], { env })).code).toBe(0)
        expect((yield* plain(["auth", "logout"], { env })).code).toBe(0)
        expect((yield* plain(["tags", "list"], { env })).code).toBe(3)
      })
    )
  )

  scopedLive(
    "uses --tenant before the environment and the environment before the default, and never mixes URL and token",
    () =>
      onTenant(
        Effect.gen(function* () {
          const { apiToken, tenantUrl } = yield* Sandbox
          yield* plain(["auth", "login", "--url", tenantUrl, "--tenant", "lab", "--token-stdin"], { input: apiToken })
          const elsewhere = { IRU_TENANT_URL: "http://127.0.0.1:1", IRU_API_TOKEN: apiToken }
          expect((yield* plain(["tags", "create", "--name", "x"], { env: elsewhere })).code).toBe(1)
          expect((yield* plain(["tags", "create", "--name", "x", "--tenant", "lab"], { env: elsewhere })).code).toBe(0)
          const half = yield* plain(["tags", "list"], { env: { IRU_API_TOKEN: apiToken } })
          expect(half.code).toBe(3)
          expect(half.stderr).toContain("IRU_API_TOKEN is set but IRU_TENANT_URL is not")
        })
      )
  )
})

describe("iru secrets", () => {
  const mac = Effect.map(
    iru(["devices", "list", "--platform", "Mac", "--limit", "1", "--columns", "serial_number"]),
    ({ stdout }) => stdout.trim()
  )

  scopedLive("copies a secret to the clipboard on a terminal, and shows it only with --reveal", () =>
    onTenant(
      Effect.gen(function* () {
        const serial = yield* mac
        const bin = standIn("pbcopy", "cat > $BIN/input")
        const env = { PATH: `${bin}:${usual().PATH}` }
        const copied = yield* inTerminal(["secrets", "filevault", serial], { env })
        const key = readFileSync(join(bin, "input"), "utf8")
        expect(key).toMatch(/^[A-Z0-9]{4}(-[A-Z0-9]{4}){5}$/)
        expect(copied.shown).toBe("Copied to the clipboard.\n")
        expect((yield* inTerminal(["secrets", "filevault", serial, "--reveal"])).shown).toBe(`${key}\n`)
        expect((yield* iru(["secrets", "filevault", serial])).stdout).toBe(`${key}\n`)
      })
    )
  )

  scopedLive("writes the secrets of many devices to a file, and never to a terminal", () =>
    onTenant(
      Effect.gen(function* () {
        const input = (yield* iru(["devices", "list", "--platform", "Mac", "--limit", "4", "--csv"])).stdout
        const csv = yield* iru(["secrets", "filevault", "--from", "-", "--csv"], { input })
        expect(csv.stdout.split("\n")[0]).toBe("serial_number,device_name,key")
        expect(csv.stdout.trimEnd().split("\n")).toHaveLength(5)
        const serial = yield* mac
        expect((yield* inTerminal(["secrets", "filevault", serial, "--csv"])).code).toBe(2)
      })
    )
  )

  scopedLive("has a column for a secret even if the first device does not have it", () =>
    Effect.gen(function* () {
      const { blueprints, devices } = yield* Sandbox.state
      const { id: blueprint_id } = yield* blueprints.put({ name: "Office" })
      const put = (serial_number: string, filevault_enabled: boolean) =>
        devices.put({ platform: "Mac", blueprint_id, device_name: serial_number, serial_number, filevault_enabled })
      yield* put("C02PLAIN", false)
      yield* put("C02ADA", true)
      const { stdout } = yield* iru(["secrets", "filevault", "C02PLAIN", "C02ADA", "--csv"])
      expect(stdout).toMatch(/^serial_number,device_name,key\nC02PLAIN,C02PLAIN,\nC02ADA,C02ADA,[-A-Z0-9]{29}\n$/)
    }).pipe(Effect.provide(Sandbox.layer()))
  )
})
