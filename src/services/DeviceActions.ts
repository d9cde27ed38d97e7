/**
 * Commands to devices.
 *
 * @see `/api/v1/devices/{device_id}/action`
 */
import * as Arr from "effect/Array"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { ApiClientError } from "../errors/ApiClientError.js"
import * as Answer from "../operation/Answer.js"
import * as Operation from "../operation/Operation.js"
import {
  CellularPlans,
  DeleteUser,
  DeviceName,
  EraseOptions,
  LockMessage,
  LockPin,
  RemoteDesktop,
  RestartOptions,
  Toggle,
  UnlockAccount,
  WorkProfilePasscode
} from "../schemas/DeviceAction.js"
import type { DeviceCommand } from "../schemas/DeviceRecords.js"
import { composed } from "../session/functions.js"
import { ApiClient } from "./ApiClient.js"
import { operations as Devices } from "./Devices.js"
import { atMostOne } from "./matching.js"

export declare namespace DeviceActions {
  /**
   * The actions for which the service creates one command, so that `run` can find it among the commands of the device.
   */
  export type RunnableAction = keyof typeof commandTypes

  /** How long `run` waits for an action. */
  export interface RunOptions {
    /** How long to wait for the end of the action. Default 10 minutes. */
    readonly within?: Duration.DurationInput | undefined
    /** How often the commands are read. Default every 5 seconds. */
    readonly every?: Duration.DurationInput | undefined
  }

  /** The type of an action's second argument, after the id. */
  export type RunBody<Verb extends RunnableAction> = Service[Verb] extends (id: string) => unknown
    ? Parameters<Service[Verb]>[1] | undefined
    : Parameters<Service[Verb]>[1]

  /** How an action ended. */
  export interface ActionResult {
    readonly outcome: "completed" | "failed"
    /** The command. If it failed, it has an `error_chain`. */
    readonly command: DeviceCommand
  }

  /**
   * The functions that send an action to a device. The device carries it out when it next contacts the service.
   */
  export interface Service {
    /**
     * Wakes a device, so that it asks the service for its commands.
     *
     * @see `POST /api/v1/devices/{device_id}/action/blankpush`
     */
    readonly blankPush: (deviceId: string) => Effect.Effect<void, ApiClientError>
    /**
     * Removes the passcode of an iPhone or an iPad.
     *
     * @see `POST /api/v1/devices/{device_id}/action/clearpasscode`
     */
    readonly clearPasscode: (deviceId: string) => Effect.Effect<void, ApiClientError>
    /**
     * Runs the daily MDM check-in now.
     *
     * @see `POST /api/v1/devices/{device_id}/action/dailycheckin`
     */
    readonly dailyCheckIn: (deviceId: string) => Effect.Effect<void, ApiClientError>
    /**
     * Turns data roaming of an iPhone or an iPad on or off.
     *
     * @see `POST /api/v1/devices/{device_id}/action/toggledataroaming`
     */
    readonly dataRoaming: (deviceId: string, body: Toggle) => Effect.Effect<void, ApiClientError>
    /**
     * Deletes a local user of a Mac or a Shared iPad. **Everything in the home folder is lost.**
     *
     * @see `POST /api/v1/devices/{device_id}/action/deleteuser`
     */
    readonly deleteUser: (deviceId: string, body: DeleteUser) => Effect.Effect<void, ApiClientError>
    /**
     * Erases a device. **All data on it is lost.**
     *
     * @see `POST /api/v1/devices/{device_id}/action/erase`
     */
    readonly erase: (deviceId: string, body?: EraseOptions) => Effect.Effect<void, ApiClientError>
    /**
     * Locks a device. A Mac restarts and asks for a PIN, which this function returns: `None` if the service's answer
     * has no PIN. **A Mac with Apple silicon and macOS before 11.5 is deactivated**: to start again, it needs a network
     * and an administrator.
     *
     * @see `POST /api/v1/devices/{device_id}/action/lock`
     */
    readonly lock: (deviceId: string, body?: LockMessage) => Effect.Effect<Option.Option<LockPin>, ApiClientError>
    /**
     * Turns the personal hotspot of an iPhone or an iPad on or off.
     *
     * @see `POST /api/v1/devices/{device_id}/action/togglepersonalhotspot`
     */
    readonly personalHotspot: (deviceId: string, body: Toggle) => Effect.Effect<void, ApiClientError>
    /**
     * Makes a device ask the carrier for its eSIM plans.
     *
     * @see `POST /api/v1/devices/{device_id}/action/refreshcellularplans`
     */
    readonly refreshCellularPlans: (deviceId: string, body: CellularPlans) => Effect.Effect<void, ApiClientError>
    /**
     * Reinstalls the agent on a Mac.
     *
     * @see `POST /api/v1/devices/{device_id}/action/reinstallagent`
     */
    readonly reinstallAgent: (deviceId: string) => Effect.Effect<void, ApiClientError>
    /**
     * Turns Remote Desktop of a Mac on or off.
     *
     * @see `POST /api/v1/devices/{device_id}/action/remotedesktop`
     */
    readonly remoteDesktop: (deviceId: string, body: RemoteDesktop) => Effect.Effect<void, ApiClientError>
    /**
     * Renews the MDM profile of a device: the device installs it again.
     *
     * @see `POST /api/v1/devices/{device_id}/action/renewmdmprofile`
     */
    readonly renewMdmProfile: (deviceId: string) => Effect.Effect<void, ApiClientError>
    /**
     * Sets a new passcode for the work profile of an Android device. Without `newPassword`, removes the passcode.
     *
     * @see `POST /api/v1/devices/{device_id}/action/resetworkprofilepasscode`
     */
    readonly resetWorkProfilePasscode: (
      deviceId: string,
      body?: WorkProfilePasscode
    ) => Effect.Effect<void, ApiClientError>
    /**
     * Restarts a device.
     *
     * @see `POST /api/v1/devices/{device_id}/action/restart`
     */
    readonly restart: (deviceId: string, body?: RestartOptions) => Effect.Effect<void, ApiClientError>
    /**
     * Renames a device.
     *
     * @see `POST /api/v1/devices/{device_id}/action/setname`
     */
    readonly setName: (deviceId: string, body: DeviceName) => Effect.Effect<void, ApiClientError>
    /**
     * Shuts a device down.
     *
     * @see `POST /api/v1/devices/{device_id}/action/shutdown`
     */
    readonly shutDown: (deviceId: string) => Effect.Effect<void, ApiClientError>
    /**
     * Unlocks a local account of a Mac after too many wrong passwords.
     *
     * @see `POST /api/v1/devices/{device_id}/action/unlockaccount`
     */
    readonly unlockAccount: (deviceId: string, body: UnlockAccount) => Effect.Effect<void, ApiClientError>
    /**
     * Makes a device report its inventory. `dailyCheckIn` is the newer form.
     *
     * @see `POST /api/v1/devices/{device_id}/action/updateinventory`
     */
    readonly updateInventory: (deviceId: string) => Effect.Effect<void, ApiClientError>
    /**
     * Sends an action and waits until it has ended on the device. To see the end, it reads the commands of the device
     * repeatedly. The result says whether the action completed or failed, and its command has the errors. If the device
     * answers "not now", the wait goes on.
     *
     * Fails with `Timeout` after `within`; the command is not cancelled then. Fails with `Conflict` if another client
     * sent a command of the same type at the same time, because the two commands cannot be told apart; the action was
     * still sent. If the device is no longer in the tenant after an `erase`, the erase counts as completed.
     *
     * @example
     * actions.run(deviceId, "restart", { NotifyUser: true }, { within: "10 minutes" })
     *
     * @see `GET /api/v1/devices/{device_id}/commands`
     */
    readonly run: <Verb extends RunnableAction>(
      deviceId: string,
      verb: Verb,
      body?: RunBody<Verb>,
      options?: RunOptions
    ) => Effect.Effect<ActionResult, ApiClientError>
  }
}

const action = "/api/v1/devices/{device_id}/action"

/** The type of the command that the service creates for an action: its name in Apple's MDM protocol. */
const commandTypes = {
  clearPasscode: "ClearPasscode",
  deleteUser: "DeleteUser",
  erase: "EraseDevice",
  lock: "DeviceLock",
  refreshCellularPlans: "RefreshCellularPlans",
  restart: "RestartDevice",
  shutDown: "ShutDownDevice",
  unlockAccount: "UnlockUserAccount"
} as const

/** The operations of `DeviceActions`. */
export const operations = Operation.group("DeviceActions", {
  blankPush: { method: "POST", path: `${action}/blankpush`, kind: "device" },
  clearPasscode: { method: "POST", path: `${action}/clearpasscode`, kind: "device" },
  dailyCheckIn: { method: "POST", path: `${action}/dailycheckin`, kind: "device" },
  dataRoaming: { method: "POST", path: `${action}/toggledataroaming`, json: Toggle, kind: "device" },
  deleteUser: { method: "POST", path: `${action}/deleteuser`, json: DeleteUser, kind: "destructive" },
  erase: { method: "POST", path: `${action}/erase`, json: EraseOptions, kind: "destructive" },
  lock: {
    method: "POST",
    path: `${action}/lock`,
    json: LockMessage,
    answer: Answer.maybeEmpty(LockPin),
    kind: "device"
  },
  personalHotspot: { method: "POST", path: `${action}/togglepersonalhotspot`, json: Toggle, kind: "device" },
  refreshCellularPlans: { method: "POST", path: `${action}/refreshcellularplans`, json: CellularPlans, kind: "device" },
  reinstallAgent: { method: "POST", path: `${action}/reinstallagent`, kind: "device" },
  remoteDesktop: { method: "POST", path: `${action}/remotedesktop`, json: RemoteDesktop, kind: "device" },
  renewMdmProfile: { method: "POST", path: `${action}/renewmdmprofile`, kind: "device" },
  resetWorkProfilePasscode: {
    method: "POST",
    path: `${action}/resetworkprofilepasscode`,
    json: WorkProfilePasscode,
    kind: "device"
  },
  restart: { method: "POST", path: `${action}/restart`, json: RestartOptions, kind: "device" },
  setName: { method: "POST", path: `${action}/setname`, json: DeviceName, kind: "device" },
  shutDown: { method: "POST", path: `${action}/shutdown`, kind: "device" },
  unlockAccount: { method: "POST", path: `${action}/unlockaccount`, json: UnlockAccount, kind: "device" },
  updateInventory: { method: "POST", path: `${action}/updateinventory`, kind: "device" }
})

/** The `status` of a command that has ended. */
const ended = { completed: 3, failed: 4 }

/** An action that was sent: the ids of all earlier commands, and the service's time before and after sending. */
interface Sent {
  readonly seen: ReadonlySet<string>
  readonly before: number
  readonly after: number
}

/** In milliseconds. The service gives its time in whole seconds only. */
const clockTolerance = 2000

const make = Effect.map(ApiClient, (client) => {
  const functions = client.functions(operations)
  const commands = client.listing(Devices.commands)

  const commandsOf = (deviceId: string, type: string) =>
    Effect.map(commands.list(deviceId), ({ results }) => results.filter(({ command_type }) => command_type === type))

  /**
   * Finds the command of the action that was sent: the new one. If several are new, the one that was requested when the
   * action was sent.
   */
  const ownCommand = (deviceId: string, type: string, { after, before, seen }: Sent) =>
    Effect.flatMap(commandsOf(deviceId, type), (all) => {
      const found = all.filter(({ uuid }) => !seen.has(uuid))
      const timely = found.filter(({ date_requested }) => {
        const requested = Date.parse(date_requested ?? "")
        return requested >= before - clockTolerance && requested <= after + clockTolerance
      })
      const own = timely.length === 1 ? timely : found
      return atMostOne("DeviceActions.run", `the ${type} that was sent`, own, ({ uuid }) => uuid)
    })

  /** Waits until the command has ended, and returns it. `known` is the command as it was last read. */
  const endOf = (
    deviceId: string,
    type: string,
    sent: Sent,
    every: Duration.DurationInput,
    known: Option.Option<DeviceCommand> = Option.none()
  ): Effect.Effect<DeviceCommand, ApiClientError> =>
    Option.match(known, {
      onNone: () => ownCommand(deviceId, type, sent),
      onSome: (command) =>
        commandsOf(deviceId, type).pipe(
          Effect.map(Arr.findFirst(({ uuid }) => uuid === command.uuid)),
          // The tenant removes an erased device, together with its commands.
          Effect.catchIf(
            ({ reason }) => reason === "NotFound" && type === commandTypes.erase,
            () => Effect.succeedSome({ ...command, status: ended.completed })
          )
        )
    }).pipe(
      Effect.flatMap((now) => {
        const command = Option.orElse(now, () => known)
        return Option.isSome(command) && Object.values(ended).includes(command.value.status)
          ? Effect.succeed(command.value)
          : Effect.delay(endOf(deviceId, type, sent, every, command), every)
      })
    )

  const run = (
    deviceId: string,
    verb: DeviceActions.RunnableAction,
    body: unknown,
    { every = "5 seconds", within = "10 minutes" }: DeviceActions.RunOptions = {}
  ): Effect.Effect<DeviceActions.ActionResult, ApiClientError> =>
    Effect.gen(function* () {
      const type = commandTypes[verb]
      const seen = new Set((yield* commandsOf(deviceId, type)).map(({ uuid }) => uuid))
      const send: Effect.Effect<unknown, ApiClientError> = Reflect.apply(
        functions[verb],
        functions,
        body === undefined ? [deviceId] : [deviceId, body]
      )
      const before = yield* client.serverTime
      yield* send
      const sent = { seen, before, after: yield* client.serverTime }
      const command = yield* Effect.timeoutFail(endOf(deviceId, type, sent, every), {
        duration: within,
        onTimeout: () =>
          new ApiClientError({
            reason: "Timeout",
            operation: "DeviceActions.run",
            detail: `The device has not answered ${type} within ${Duration.format(within)}. The command is not taken back.`
          })
      })
      return { outcome: command.status === ended.completed ? "completed" : "failed", command }
    })

  return {
    ...functions,
    run: composed("DeviceActions.run", run)
  } satisfies DeviceActions.Service
})

/** Commands to devices: `/api/v1/devices/{device_id}/action`. */
export class DeviceActions extends Context.Tag("effect-iru/DeviceActions")<DeviceActions, DeviceActions.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<DeviceActions, never, ApiClient> = Layer.effect(this, make)
}
