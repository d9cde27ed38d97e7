/**
 * Rows that follow from devices: what Prism says of them, and their vulnerabilities. No row is kept, only where it is; it
 * is built when a page shows it.
 */
import type { Listing } from "../../tenant/collection.js"
import type { Tenant } from "../../tenant/tenant.js"
import { keptUntil } from "./kept.js"
import { type DeviceRecord, deviceTable, type Platform } from "./tables.js"

/** A kind of row. */
export interface RowKind<Row> {
  readonly name: string
  readonly platforms: ReadonlyArray<Platform>
  /** The rows of one device. */
  readonly rows: (tenant: Tenant, device: DeviceRecord) => ReadonlyArray<Row>
  /** How many they are. It must not change while the device is there. */
  readonly count: (device: DeviceRecord) => number
}

/** A row with an id, which a cursor goes by and no answer shows. */
export interface PlacedRow<Row> {
  readonly id: string
  readonly row: Row
}

/** Which rows a listing has, and in which order. */
export interface Choice<Row> {
  /** What tells this choice from others. */
  readonly key: string
  readonly fits: (row: Row) => boolean
  /** The order of two rows. Default: that of the devices. */
  readonly compare?: ((one: Row, other: Row) => number) | undefined
}

const ids = keptUntil<ReadonlyArray<string>>("fleet")

/** The ids of all devices. */
const idsOf = (tenant: Tenant): ReadonlyArray<string> =>
  ids(tenant, "", () => Array.from(tenant.records(deviceTable).values(), ({ id }) => id))

const idOf = (device: string, place: number): string => `${device}|${place}`

const starts = keptUntil<ReadonlyArray<number>>("fleet")

/** How many rows come before each device, and at the end all of them. */
const startsOf = <Row>(tenant: Tenant, { count, name, platforms }: RowKind<Row>): ReadonlyArray<number> =>
  starts(tenant, name, () => {
    let before = 0
    const found = [0]
    for (const device of tenant.records(deviceTable).values()) {
      if (platforms.includes(device.platform)) before += count(device)
      found.push(before)
    }
    return found
  })

/** The place of the last number that is not above another; the numbers go up. */
const lastUpTo = (numbers: ReadonlyArray<number>, most: number): number => {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((numbers[middle] ?? 0) <= most) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** All rows of a kind. */
export const allRows = <Row>(tenant: Tenant, kind: RowKind<Row>): Listing<PlacedRow<Row>> => {
  const before = startsOf(tenant, kind)
  const size = before.at(-1) ?? 0
  return {
    size,
    slice: (offset, limit) => {
      const all = idsOf(tenant)
      const records = tenant.records(deviceTable)
      const end = Math.min(size, offset + limit)
      const found: Array<PlacedRow<Row>> = []
      if (offset >= end) return found
      for (let at = lastUpTo(before, offset); (before[at] ?? size) < end; at++) {
        const [start, stop] = [before[at] ?? size, before[at + 1] ?? size]
        const device = start === stop ? undefined : records.get(all[at] ?? "")
        if (device === undefined) continue
        kind.rows(tenant, device).forEach((row, place) => {
          if (start + place >= offset && start + place < end) found.push({ id: idOf(device.id, place), row })
        })
      }
      return found
    }
  }
}

const chosen = keptUntil<ReadonlyArray<string>>("values")

/** The rows of a kind that fit. All are built for the first page; the next ones know where they are. */
export const chosenRows = <Row>(
  tenant: Tenant,
  kind: RowKind<Row>,
  { compare, fits, key }: Choice<Row>
): Listing<PlacedRow<Row>> => {
  const records = tenant.records(deviceTable)
  const found = chosen(tenant, `${kind.name} ${key}`, () => {
    const rows: Array<PlacedRow<Row>> = []
    const ids: Array<string> = []
    for (const device of records.values()) {
      if (!kind.platforms.includes(device.platform)) continue
      kind.rows(tenant, device).forEach((row, place) => {
        if (!fits(row)) return
        const id = idOf(device.id, place)
        if (compare === undefined) ids.push(id)
        else rows.push({ id, row })
      })
    }
    return compare === undefined ? ids : rows.sort((one, other) => compare(one.row, other.row)).map(({ id }) => id)
  })
  return {
    size: found.length,
    slice: (offset, limit) =>
      found.slice(offset, offset + limit).flatMap((id) => {
        const [device, place] = id.split("|")
        const record = records.get(device ?? "")
        const row = record === undefined ? undefined : kind.rows(tenant, record)[Number(place)]
        return row === undefined ? [] : [{ id, row }]
      })
  }
}
