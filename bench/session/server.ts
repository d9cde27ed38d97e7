/**
 * The server of the benchmarks, in its own process. It makes all answers before it prints its origin, so that each answer
 * costs one write.
 *
 * `/api/v1/library/custom-scripts?offset=` lists `SCRIPTS` custom scripts of 1 KiB, 300 a page; `/api/v1/rows?offset=`
 * lists `ROWS` small records, 1,000 a page; `/api/v1/devices?offset=` and `/api/v1/prism/filevault?cursor=` list `FLEET`
 * records of about 900 bytes, 300 a page; any other path is one custom script. Each answer is sent after `DELAY`
 * milliseconds.
 */
import { createServer, type AddressInfo } from "node:net"

const scripts = Number(process.env.SCRIPTS ?? 0)
const rows = Number(process.env.ROWS ?? 0)
const fleet = Number(process.env.FLEET ?? 0)
const delay = Number(process.env.DELAY ?? 0)

const script = (index: number) => ({
  id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
  name: `Script ${index}`,
  active: true,
  execution_frequency: "every_day",
  restart: false,
  script: `#!/bin/zsh\n# ${index}\n${"echo 'The quick brown fox jumps over the lazy dog'\n".repeat(20)}`.slice(0, 1024),
  remediation_script: "",
  show_in_self_service: false,
  created_at: "2024-01-20T20:07:48.123456Z",
  updated_at: "2024-01-20T20:07:48.123456Z"
})

const row = (index: number) => ({ device_id: `device-${index}`, device_name: `Mac ${index}`, platform: "Mac" })

const device = (index: number) => ({
  device_id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
  device_name: `Mac ${index}`,
  model: "MacBook Pro (14-inch, 2024)",
  serial_number: `C02${String(index).padStart(9, "0")}`,
  platform: "Mac",
  os_version: "26.1",
  supplemental_build_version: "25B78",
  supplemental_os_version_extra: "",
  last_check_in: "2026-01-15T09:30:00.123456Z",
  user: {
    id: `00000000-0000-4000-9000-${String(index).padStart(12, "0")}`,
    email: `user.${index}@example.com`,
    name: `User ${index}`,
    is_archived: false
  },
  asset_tag: "",
  blueprint_id: "00000000-0000-4000-a000-000000000001",
  blueprint_name: "Engineering",
  mdm_enabled: true,
  agent_installed: true,
  is_missing: false,
  is_removed: false,
  agent_version: "5.2.1 (5132)",
  first_enrollment: "2025-01-15 09:30:00.123456+00:00",
  last_enrollment: "2025-01-15 09:30:00.123456+00:00",
  lost_mode_status: "",
  tags: ["Laptops"]
})

const fileVault = (index: number) => ({
  device_id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
  device__name: `Mac ${index}`,
  device__family: "Mac",
  device__user_id: `00000000-0000-4000-9000-${String(index).padStart(12, "0")}`,
  device__user_name: `User ${index}`,
  device__user_email: `user.${index}@example.com`,
  blueprint_id: "00000000-0000-4000-a000-000000000001",
  blueprint_name: "Engineering",
  tags: null,
  asset_tag: "",
  serial_number: `C02${String(index).padStart(9, "0")}`,
  model_id: "Mac16,1",
  count: null,
  created_at: "2025-01-15T09:30:00.123456+00:00",
  updated_at: "2026-01-15T09:30:00.123456+00:00",
  last_changed_at: null,
  last_collected_at: "2026-01-15T09:30:00.123456+00:00",
  status: true,
  key_type: "Personal",
  key_escrowed: true,
  regeneration_needed: false,
  scheduled_key_rotation: null
})

const answerOf = (value: unknown): Buffer => {
  const body = Buffer.from(JSON.stringify(value))
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.byteLength}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), body])
}

const listing = (url: string, count: number, size: number, record: (index: number) => unknown): ReadonlyArray<Buffer> =>
  Array.from({ length: Math.ceil(count / size) }, (_, page) => {
    const end = Math.min((page + 1) * size, count)
    return answerOf({
      count,
      next: end < count ? `${url}?limit=${size}&offset=${end}` : null,
      previous: null,
      results: Array.from({ length: end - page * size }, (_, index) => record(page * size + index))
    })
  })

/** The pages of the fleet. `envelope` gets the records of a page and the offset of the next one. */
const fleetPages = (
  record: (index: number) => unknown,
  envelope: (records: ReadonlyArray<unknown>, next: number | null) => unknown
): ReadonlyArray<Buffer> =>
  Array.from({ length: Math.ceil(fleet / 300) }, (_, page) => {
    const end = Math.min((page + 1) * 300, fleet)
    const records = Array.from({ length: end - page * 300 }, (_, index) => record(page * 300 + index))
    return answerOf(envelope(records, end < fleet ? end : null))
  })

const server = createServer({ noDelay: true }).listen(0, "127.0.0.1", () => {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const scriptPages = listing(`${origin}/api/v1/library/custom-scripts`, scripts, 300, script)
  const rowPages = listing(`${origin}/api/v1/rows`, rows, 1_000, row)
  const devicePages = fleetPages(device, (records) => records)
  const prismPages = fleetPages(fileVault, (data, next) => ({
    offset: 0,
    limit: 300,
    total: fleet,
    data,
    cursor: next === null ? null : String(next)
  }))
  const single = answerOf(script(1))

  const answerTo = (request: string): Buffer => {
    const offset = Number(/[?&](?:offset|cursor)=(\d+)/.exec(request)?.[1] ?? 0)
    if (request.startsWith("GET /api/v1/devices?")) return devicePages[offset / 300] ?? single
    if (request.startsWith("GET /api/v1/prism/filevault?")) return prismPages[offset / 300] ?? single
    if (request.startsWith("GET /api/v1/library/custom-scripts?")) return scriptPages[offset / 300] ?? single
    return (request.startsWith("GET /api/v1/rows?") ? rowPages[offset / 1_000] : single) ?? single
  }

  server.on("connection", (socket) => {
    let unread = ""
    socket.setEncoding("latin1").on("data", (text: string) => {
      const requests = (unread + text).split("\r\n\r\n")
      unread = requests.pop() ?? ""
      for (const request of requests) {
        const answer = answerTo(request)
        if (delay > 0) setTimeout(() => socket.write(answer), delay)
        else socket.write(answer)
      }
    })
    socket.on("error", () => socket.destroy())
  })
  process.stdout.write(`${origin}\n`)
})
