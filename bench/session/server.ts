/**
 * The server of the benchmarks, in a process of its own: answers are made once and sent as they are.
 *
 * `/api/v1/library/custom-scripts?limit=&offset=` lists `SCRIPTS` custom scripts of 1 KiB, 300 a page, after `DELAY`
 * milliseconds; `/api/v1/library/custom-scripts/<id>` is one; `/api/v1/rows?offset=` lists `ROWS` small records, 1,000 a
 * page. Prints its origin.
 */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

const scripts = Number(process.env.SCRIPTS ?? 10_000)
const rows = Number(process.env.ROWS ?? 1_000_000)
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

const listing = (path: string, count: number, size: number, record: (index: number) => unknown) => {
  const pages = new Map<number, Buffer>()
  return (query: URLSearchParams, host: string): Buffer => {
    const offset = Number(query.get("offset") ?? 0)
    const known = pages.get(offset)
    if (known !== undefined) return known
    const end = Math.min(offset + size, count)
    const page = Buffer.from(
      JSON.stringify({
        count,
        next: end < count ? `http://${host}${path}?limit=${size}&offset=${end}` : null,
        previous: null,
        results: Array.from({ length: end - offset }, (_, index) => record(offset + index))
      })
    )
    if (pages.size < 100) pages.set(offset, page)
    return page
  }
}

const scriptPages = listing("/api/v1/library/custom-scripts", scripts, 300, script)
const rowPages = listing("/api/v1/rows", rows, 1_000, row)
const single = Buffer.from(JSON.stringify(script(1)))

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost")
  const host = request.headers.host ?? ""
  const body =
    url.pathname === "/api/v1/library/custom-scripts"
      ? scriptPages(url.searchParams, host)
      : url.pathname === "/api/v1/rows"
        ? rowPages(url.searchParams, host)
        : single
  const send = () => {
    response.writeHead(200, { "content-type": "application/json", "content-length": body.byteLength })
    response.end(body)
  }
  if (delay > 0) setTimeout(send, delay)
  else send()
})
server.keepAliveTimeout = 60_000
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
