/**
 * Commands for devices. A command is pending for a second, in progress for two more, and then completed.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { readInput } from "../../gateway/body.js"
import { type Answer, empty, json, type WholeRequest } from "../../gateway/exchange.js"
import { type Fields, readFields } from "../../gateway/fields.js"
import { innerPage } from "../../gateway/pageStyles.js"
import { badError, badText } from "../../gateway/refusals.js"
import { type Route, route } from "../../gateway/router.js"
import { fromArray } from "../../tenant/collection.js"
import { resource } from "../../tenant/resource.js"
import { hash } from "../../tenant/seedNumbers.js"
import { glance } from "../../tenant/snapshot.js"
import type { Tenant } from "../../tenant/tenant.js"
import { microseconds } from "../../tenant/time.js"
import { blueprintTable, itemsOf } from "../blueprints/table.js"
import { commands } from "./belongings.js"
import { findDevice } from "./finding.js"
import { lostModeDone, onlyLost } from "./lostMode.js"
import { type CommandRecord, commandTable, type DeviceRecord, deviceTable, pinOf, type Platform } from "./tables.js"

const path = "/api/v1/devices/{device_id}" as const

interface Action {
  /** The command of Apple's MDM protocol. If it is missing, the action only makes the device check in. */
  readonly command?: string
  /** The platforms that support it. Default: all. */
  readonly on?: ReadonlyArray<Platform>
  /** Fails if the device cannot do it in its current state. */
  readonly check?: (
    tenant: Tenant,
    device: DeviceRecord,
    values: Readonly<Record<string, unknown>>
  ) => Effect.Effect<void, Answer>
  /** The failure if the same command is still running. */
  readonly running?: Effect.Effect<never, Answer>
  /** Reads the body. The result is stored with the command. */
  readonly read?: (fields: Fields) => Readonly<Record<string, unknown>>
}

const apple = ["Mac", "iPhone", "iPad", "AppleTV"] as const
const phones = ["iPhone", "iPad"] as const

const truth =
  (name: string, required = true) =>
  (fields: Fields) => ({ [name]: fields.boolean(name, { required }) })

/** Refuses a profile with Wi-Fi settings that the device does not get from its Blueprint. */
const profileInScope: Action["check"] = (tenant, { blueprint_id }, { ReturnToService: service }) => {
  const profile = typeof service === "object" && service !== null ? Reflect.get(service, "ProfileId") : undefined
  if (typeof profile !== "string" || profile === "") return Effect.void
  const blueprint = tenant.records(blueprintTable).get(blueprint_id)
  return blueprint !== undefined && itemsOf(blueprint).includes(profile.toLowerCase())
    ? Effect.void
    : badText("The specified profile is not in scope for the device")
}

/** The actions by the last part of their path. If the vendor does not document the platforms, they are assumptions. */
const actions: Readonly<Record<string, Action>> = {
  blankpush: {},
  dailycheckin: {},
  updateinventory: { command: "DeviceInformation" },
  clearpasscode: { command: "ClearPasscode", on: phones },
  deleteuser: {
    command: "DeleteUser",
    on: ["Mac", "iPad"],
    read: (fields) => {
      const all = fields.boolean("DeleteAllUsers")
      const name = fields.text("UserName", { required: all !== true })
      return { DeleteAllUsers: all ?? false, ForceDeletion: fields.boolean("ForceDeletion") ?? false, UserName: name }
    }
  },
  erase: {
    command: "EraseDevice",
    read: (fields) => {
      fields.choice("erase_mode", ["WIPE", "WIPE_CLOUD", "WIPE_PROTECTED"])
      fields.text("erase_flags")
      return { PreserveDataPlan: fields.boolean("PreserveDataPlan") ?? false }
    },
    check: profileInScope
  },
  lock: {
    command: "DeviceLock",
    on: ["Mac", "iPhone", "iPad", "Windows", "Android"],
    running: badText("This device is already locked."),
    read: (fields) => ({ Message: fields.text("Message", { blank: true }) ?? "" })
  },
  reinstallagent: { command: "InstallEnterpriseApplication", on: ["Mac", "Windows"] },
  remotedesktop: { command: "EnableRemoteDesktop", on: ["Mac"], read: truth("EnableRemoteDesktop") },
  renewmdmprofile: { command: "InstallProfile", on: apple },
  restart: {
    command: "RestartDevice",
    read: (fields) => ({ ...truth("RebuildKernelCache", false)(fields), ...truth("NotifyUser", false)(fields) })
  },
  setname: {
    command: "Settings",
    read: (fields) => ({ DeviceName: fields.text("DeviceName", { required: true }) ?? "" })
  },
  shutdown: { command: "ShutDownDevice", on: ["Mac", "iPhone", "iPad"] },
  unlockaccount: {
    command: "UnlockUserAccount",
    on: ["Mac"],
    read: (fields) => ({ UserName: fields.text("UserName", { required: true }) ?? "" })
  },
  refreshcellularplans: {
    command: "RefreshCellularPlans",
    on: phones,
    read: (fields) => ({ eSIMServerURL: fields.text("eSIMServerURL", { required: true }) ?? "" })
  },
  resetworkprofilepasscode: {
    command: "ResetWorkProfilePasscode",
    on: ["Android"],
    read: (fields) => {
      fields.text("newPassword")
      return {}
    }
  },
  enablelostmode: {
    command: "EnableLostMode",
    on: phones,
    read: (fields) => ({
      Message: fields.text("Message", { blank: true }) ?? "",
      PhoneNumber: fields.text("PhoneNumber", { blank: true }) ?? "",
      Footnote: fields.text("Footnote", { blank: true }) ?? ""
    })
  },
  disablelostmode: {
    command: "DisableLostMode",
    on: phones,
    check: onlyLost,
    running: badText("Disable lost mode is already pending for this device.")
  },
  playlostmodesound: { command: "PlayLostModeSound", on: phones, check: onlyLost },
  updatelocation: { command: "DeviceLocation", on: phones, check: onlyLost },
  toggledataroaming: { command: "DataRoaming", on: phones, read: truth("Enabled") },
  togglepersonalhotspot: { command: "PersonalHotspot", on: phones, read: truth("Enabled") }
}

/** How long a command is pending and how long it is in progress, in milliseconds. */
const [waitTime, workTime] = [1000, 2000]

const pending = (tenant: Tenant, device: DeviceRecord, type: string): boolean =>
  commands.of(tenant, device.id).some(({ command_type, status }) => command_type === type && status !== 3)

const take = (
  tenant: Tenant,
  name: string,
  { check, command, on, read, running = badError("Command already running") }: Action,
  deviceId: string,
  incoming: WholeRequest
): Effect.Effect<Answer, Answer> =>
  Effect.gen(function* () {
    const device = yield* findDevice(tenant, deviceId)
    if (on !== undefined && !on.includes(device.platform)) {
      return yield* badError("Command is not allowed for current device")
    }
    const { values } = yield* readInput(incoming, ["json"])
    yield* check?.(tenant, device, values) ?? Effect.void
    const fields = readFields(values)
    const metadata = read?.(fields) ?? {}
    yield* fields.checked
    if (command !== undefined) {
      if (pending(tenant, device, command)) return yield* running
      const requested = yield* Clock.currentTimeMillis
      yield* tenant.save(commandTable, {
        id: randomUUID(),
        device_id: device.id,
        command_type: command,
        metadata,
        status: 1,
        requested,
        due: requested + waitTime
      })
    }
    yield* tenant.report(deviceTable, name, device, metadata)
    return name === "lock" && device.platform === "Mac" ? json(200, { PIN: pinOf(device, 6) }) : empty(200)
  })

/** The effects of a completed command. */
const done = (tenant: Tenant, command: CommandRecord, at: number): Effect.Effect<void> => {
  const { command_type, device_id, metadata } = command
  const device = tenant.records(deviceTable).get(device_id)
  if (device === undefined) return Effect.void
  if (command_type === "EraseDevice") return Effect.asVoid(tenant.remove(deviceTable, device_id))
  const name = metadata["DeviceName"]
  return command_type === "Settings" && typeof name === "string"
    ? tenant.save(deviceTable, { ...device, device_name: name })
    : lostModeDone(tenant, command, at)
}

const render = (command: CommandRecord) => ({
  uuid: command.id,
  error_chain: [],
  command_type: command.command_type,
  request_type: command.command_type,
  metadata: command.metadata,
  request_requires_network_tether: false,
  status: command.status,
  attempts: command.status === 1 ? 0 : 1,
  date_requested: microseconds(command.requested),
  date_completed: command.completed === undefined ? "" : microseconds(command.completed),
  last_pushed: microseconds(command.requested),
  user: null,
  priority: 50
})

/** The activity of a device: its commands and its enrollment. The names of the types are assumptions. */
const activityOf = (tenant: Tenant, device: DeviceRecord) => {
  const blueprint = tenant.records(blueprintTable).get(device.blueprint_id)
  const event = (key: string, created_at: string, action_type: string, details: object) => ({
    id: hash(key),
    created_at,
    action_type,
    details,
    computer: { id: device.id, name: device.device_name, is_removed: false },
    blueprint: blueprint === undefined ? null : { id: blueprint.id, name: blueprint.name, is_removed: false },
    user: null
  })
  return [
    ...commands
      .of(tenant, device.id)
      .toReversed()
      .map((command) => event(command.id, microseconds(command.requested), "mdm_command", render(command))),
    event(device.id, device.first_enrollment.replace(" ", "T").replace("+00:00", "Z"), "device_enrolled", {
      blueprint_name: blueprint?.name ?? "",
      enrollment_type: "manual"
    })
  ]
}

export const deviceActions = resource({
  tables: [commandTable],
  setup: (tenant) => {
    commands.watch(tenant)
    tenant.timer(commandTable, {
      at: ({ due }) => due,
      ring: (command, at) => {
        const { due: _due, ...rest } = command
        return command.status === 1
          ? tenant.save(commandTable, { ...rest, status: 2, due: at + workTime })
          : Effect.zipRight(tenant.save(commandTable, { ...rest, status: 3, completed: at }), done(tenant, command, at))
      }
    })
  },
  routes: (tenant): ReadonlyArray<Route> => [
    route("GET", `${path}/commands`, ({ url }, { device_id }) =>
      Effect.flatMap(findDevice(tenant, device_id), ({ id }) =>
        innerPage(
          url,
          tenant.pageSize,
          fromArray(commands.of(tenant, id).toReversed()),
          (command) => Effect.succeed(render(command)),
          (commands) => ({ device_id: id, commands })
        )
      )
    ),
    route("GET", `${path}/activity`, ({ url }, { device_id }) =>
      Effect.flatMap(findDevice(tenant, device_id), (device) =>
        innerPage(url, tenant.pageSize, fromArray(activityOf(tenant, device)), Effect.succeed, (activity) => ({
          device_id: device.id,
          activity
        }))
      )
    ),
    ...Object.entries(actions).map(([name, action]) =>
      route("POST", `${path}/action/${name}` as const, (incoming, { device_id }) =>
        take(tenant, name, action, device_id, incoming)
      )
    )
  ],
  // The details of a command may contain secrets of the caller, such as the message of a lock, so they are left out.
  snapshot: (tenant, limit) =>
    Effect.sync(() => ({
      commands: glance(tenant.records(commandTable), limit, ({ command_type, device_id, id, requested, status }) => ({
        id,
        device_id,
        command_type,
        status,
        date_requested: microseconds(requested)
      }))
    }))
})
