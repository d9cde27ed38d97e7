/**
 * Rows that are derived from devices: Prism rows and vulnerabilities. Only their positions are stored. A row is built
 * when a page shows it.
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
  /** The number of rows of a device. It must not change while the device exists. */
  readonly count: (device: DeviceRecord) => number
}

/** A row with an id for cursors. Answers do not show the id. */
export interface PlacedRow<Row> {
  readonly id: string
  readonly row: Row
}

/** A selection of rows, and their order. */
export interface Choice<Row> {
  /** A key that is unique for this selection. Its results are cached under the key. */
  readonly key: string
  readonly fits: (row: Row) => boolean
  /** Compares two rows. Default: the order of the devices. */
  readonly compare?: ((one: Row, other: Row) => number) | undefined
}

const ids = keptUntil<ReadonlyArray<string>>("fleet")

/** The ids of all devices. */
const idsOf = (tenant: Tenant): ReadonlyArray<string> =>
  ids(tenant, "", () => Array.from(tenant.records(deviceTable).values(), ({ id }) => id))

const idOf = (device: string, place: number): string => `${device}|${place}`

const starts = keptUntil<ReadonlyArray<number>>("fleet")

/** For each device, the number of rows before it. The last entry is the number of all rows. */
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

/** The index of the last number that is not larger than `most`. The numbers must be sorted. */
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

/** The rows that match a selection. The first page builds all rows; later pages only build their own. */
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
