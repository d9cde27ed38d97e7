/**
 * Requests with a body: each operation's method, path, query, headers and bytes.
 */
import { effect } from "@effect/vitest"
import { type ApiClientError, Blueprints, CustomApps, CustomProfiles, CustomScripts } from "effect-iru"
import type { Iru } from "effect-iru/node"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { root as apps, fileKey } from "../support/apps.js"
import {
  appId,
  appRecord,
  blueprintId,
  blueprintRecord,
  categoryId,
  profileId,
  profileRecord,
  scriptId,
  scriptRecord
} from "../support/records.js"
import { expectApiHeaders, lineOf, sent } from "./support.js"

const profiles = "/api/v1/library/custom-profiles"
const scripts = "/api/v1/library/custom-scripts"
const blueprints = "/api/v1/blueprints"

interface Write {
  readonly name: string
  readonly run: Effect.Effect<unknown, unknown, Iru.Services>
  readonly answer: object
  readonly line: string
  readonly type: string
  readonly body: string
}

const json = "application/json"
const form = "application/x-www-form-urlencoded"

const writes: ReadonlyArray<Write> = [
  {
    name: "CustomScripts.create: JSON, with the fields that are given and no other",
    run: Effect.flatMap(CustomScripts, (service) =>
      service.create({
        name: "Größe",
        script: '#!/bin/zsh\n\techo "1"\n',
        execution_frequency: "no_enforcement",
        active: undefined,
        restart: false,
        remediation_script: "",
        show_in_self_service: true,
        self_service_category_id: categoryId,
        self_service_recommended: true
      })
    ),
    answer: scriptRecord(),
    line: `POST ${scripts}?source=effect-iru`,
    type: json,
    body: `{"name":"Größe","script":"#!/bin/zsh\\n\\techo \\"1\\"\\n","execution_frequency":"no_enforcement","restart":false,"remediation_script":"","show_in_self_service":true,"self_service_category_id":"${categoryId}","self_service_recommended":true}`
  },
  {
    name: "CustomScripts.update: JSON, and no restart that nobody gave",
    run: Effect.flatMap(CustomScripts, (service) => service.update(scriptId, { name: "x", active: false })),
    answer: scriptRecord(),
    line: `PATCH ${scripts}/${scriptId}?source=effect-iru`,
    type: json,
    body: '{"name":"x","active":false}'
  },
  {
    name: "CustomApps.presign: the installer's name as JSON",
    run: Effect.flatMap(CustomApps, (service) => service.presign('Fire "fox".pkg')),
    answer: { name: "x.pkg", expires: "", post_url: "https://storage.example/", post_data: {}, file_key: fileKey },
    line: `POST ${apps}/upload?source=effect-iru`,
    type: json,
    body: '{"name":"Fire \\"fox\\".pkg"}'
  },
  {
    name: "CustomApps.create of an uploaded installer: a form, booleans in lower case",
    run: Effect.flatMap(CustomApps, (service) =>
      service.create({
        name: "A & B = ü",
        install_type: "zip",
        unzip_location: "/Applications",
        install_enforcement: "continuously_enforce",
        audit_script: "#!/bin/zsh\nexit 0+1\n",
        preinstall_script: "",
        active: true,
        restart: false,
        fileKey
      })
    ),
    answer: appRecord(),
    line: `POST ${apps}?source=effect-iru`,
    type: form,
    body: "name=A+%26+B+%3D+%C3%BC&install_type=zip&install_enforcement=continuously_enforce&active=true&restart=false&unzip_location=%2FApplications&audit_script=%23%21%2Fbin%2Fzsh%0Aexit+0%2B1%0A&preinstall_script=&file_key=companies%2Fcompanies%2F1%2Flibrary%2Fcustom_apps%2Ftest_18cf0dfc.pkg"
  },
  {
    name: "CustomApps.update: a form with what is given",
    run: Effect.flatMap(CustomApps, (service) => service.update(appId, { postinstall_script: "", active: false })),
    answer: appRecord(),
    line: `PATCH ${apps}/${appId}?source=effect-iru`,
    type: form,
    body: "active=false&postinstall_script="
  },
  {
    name: "Blueprints.create: a form with dotted keys",
    run: Effect.flatMap(Blueprints, (service) =>
      service.create({
        name: "Engineering",
        enrollment_code: { is_active: true, code: "123456" },
        description: "",
        type: "map",
        source: { type: "blueprint", id: blueprintId }
      })
    ),
    answer: blueprintRecord(),
    line: `POST ${blueprints}?source=effect-iru`,
    type: form,
    body: `name=Engineering&description=&type=map&enrollment_code.is_active=true&enrollment_code.code=123456&source.type=blueprint&source.id=${blueprintId}`
  },
  {
    name: "Blueprints.create from a template: its id is a number",
    run: Effect.flatMap(Blueprints, (service) =>
      service.create({
        name: "Engineering",
        enrollment_code: { is_active: false },
        icon: "ss-laptop",
        color: "aqua-500",
        source: { type: "template", id: 7 }
      })
    ),
    answer: blueprintRecord(),
    line: `POST ${blueprints}?source=effect-iru`,
    type: form,
    body: "name=Engineering&icon=ss-laptop&color=aqua-500&enrollment_code.is_active=false&source.type=template&source.id=7"
  },
  {
    name: "Blueprints.update: a form with what is given",
    run: Effect.flatMap(Blueprints, (service) =>
      service.update(blueprintId, { enrollment_code: { is_active: false }, description: "" })
    ),
    answer: blueprintRecord(),
    line: `PATCH ${blueprints}/${blueprintId}?source=effect-iru`,
    type: form,
    body: "description=&enrollment_code.is_active=false"
  },
  ...(["assign", "remove"] as const).map((verb) => ({
    name: `Blueprints.${verb}: JSON, on a path of its own`,
    run: Effect.flatMap(Blueprints, (service): Effect.Effect<unknown, ApiClientError> =>
      service[verb](blueprintId, { library_item_id: scriptId, assignment_node_id: "node" })
    ),
    answer: [scriptId],
    line: `POST ${blueprints}/${blueprintId}/${verb}-library-item?source=effect-iru`,
    type: json,
    body: `{"library_item_id":"${scriptId}","assignment_node_id":"node"}`
  }))
]

describe("requests with a body", () => {
  for (const { answer, body, line, name, run, type } of writes) {
    effect(name, () =>
      Effect.gen(function* () {
        const [request, ...more] = yield* sent({ body: answer }, run)
        if (request === undefined) throw new Error("nothing was sent")
        expect(more).toEqual([])
        expect(lineOf(request)).toBe(line)
        expectApiHeaders(request)
        expect(request.headers["content-type"]).toBe(type)
        expect(request.headers["transfer-encoding"]).toBeUndefined()
        expect(request.headers["content-length"]).toBe(String(Buffer.byteLength(body)))
        expect(request.body.toString("utf8")).toBe(body)
      })
    )
  }

  const profileForms: ReadonlyArray<Omit<Write, "type" | "answer">> = [
    {
      name: "CustomProfiles.create: a multipart form, its file last, byte for byte",
      run: Effect.flatMap(CustomProfiles, (service) =>
        service.create({
          name: 'Wi-Fi "ü"',
          runs_on_mac: true,
          runs_on_ipad: false,
          file: { content: "\t<plist>ü</plist>\r\n", name: 'a"b\n.mobileconfig' }
        })
      ),
      line: `POST ${profiles}?source=effect-iru`,
      body:
        '--B\r\nContent-Disposition: form-data; name="name"\r\n\r\nWi-Fi "ü"\r\n' +
        '--B\r\nContent-Disposition: form-data; name="runs_on_mac"\r\n\r\ntrue\r\n' +
        '--B\r\nContent-Disposition: form-data; name="runs_on_ipad"\r\n\r\nfalse\r\n' +
        '--B\r\nContent-Disposition: form-data; name="file"; filename="a%22b%0A.mobileconfig"\r\n' +
        "Content-Type: application/octet-stream\r\n\r\n\t<plist>ü</plist>\r\n\r\n--B--\r\n"
    },
    {
      name: "CustomProfiles.update without a file: a multipart form, and no active that nobody gave",
      run: Effect.flatMap(CustomProfiles, (service) => service.update(profileId, { name: "x" })),
      line: `PATCH ${profiles}/${profileId}?source=effect-iru`,
      body: '--B\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--B--\r\n'
    },
    {
      name: "CustomProfiles.update with a file alone: it is called after the id",
      run: Effect.flatMap(CustomProfiles, (service) =>
        service.update(profileId, { file: { content: new Uint8Array([0, 255, 13, 10]) } })
      ),
      line: `PATCH ${profiles}/${profileId}?source=effect-iru`,
      body:
        `--B\r\nContent-Disposition: form-data; name="file"; filename="${profileId}.mobileconfig"\r\n` +
        "Content-Type: application/octet-stream\r\n\r\n\0\xff\r\n\r\n--B--\r\n"
    }
  ]
  for (const { body, line, name, run } of profileForms) {
    effect(name, () =>
      Effect.gen(function* () {
        const [request] = yield* sent({ body: profileRecord() }, run)
        if (request === undefined) throw new Error("nothing was sent")
        expect(lineOf(request)).toBe(line)
        expectApiHeaders(request)
        const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(request.headers["content-type"] ?? "")?.[1]
        expect(boundary).toMatch(/^[\w-]{20,70}$/)
        expect(request.headers["content-length"]).toBe(String(request.body.length))
        const expected = Buffer.from(body.replaceAll("--B", `--${boundary}`), body.includes("\xff") ? "latin1" : "utf8")
        expect(request.body.equals(expected)).toBe(true)
      })
    )
  }
})
