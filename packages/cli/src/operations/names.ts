/**
 * The names of records, for the completion with Tab.
 */
import { ApiClient, type ApiClientError } from "effect-iru"
import * as operations from "effect-iru/operations"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

type Names = (client: ApiClient.Service, begun: string) => Stream.Stream<string | null, ApiClientError>

const given = (text: string): string | undefined => (text === "" ? undefined : text)
const name = ({ name }: { readonly name: string }): string => name

const devices: Names = (client, begun) =>
  Stream.map(
    client.listing(operations.Devices.stream).stream({ serial_number: given(begun) }),
    ({ serial_number }) => serial_number
  )

const names: Readonly<Record<string, Names>> = {
  AdeDevices: (client, begun) =>
    Stream.map(
      client.listing(operations.AdeDevices.stream).stream({ serial_number: given(begun) }),
      ({ serial_number }) => serial_number
    ),
  CustomApps: (client) => Stream.map(client.listing(operations.CustomApps.stream).stream(), name),
  CustomProfiles: (client) => Stream.map(client.listing(operations.CustomProfiles.stream).stream(), name),
  CustomScripts: (client) => Stream.map(client.listing(operations.CustomScripts.stream).stream(), name),
  InHouseApps: (client) => Stream.map(client.listing(operations.InHouseApps.stream).stream(), name),
  blueprint_id: (client) => Stream.map(client.listing(operations.Blueprints.stream).stream(), name),
  tag_id: (client) => Stream.map(client.listing(operations.Tags.stream).stream(), name),
  user_id: (client, begun) =>
    Stream.map(client.listing(operations.Users.stream).stream({ email: given(begun) }), ({ email }) => email),
  ade_token_id: (client) =>
    Stream.map(client.listing(operations.AdeIntegrations.stream).stream(), ({ server_name }) => server_name),
  device_id: devices
}

/** How many names are shown when Tab is pressed. */
const manyNames = 50

/** The names that begin with the typed text. */
export const namesLike = (
  service: string,
  id: string,
  begun: string
): Effect.Effect<ReadonlyArray<string>, ApiClientError, ApiClient> => {
  const read = names[service] ?? names[id]
  if (read === undefined) return Effect.succeed([])
  return Stream.unwrap(Effect.map(ApiClient, (client) => read(client, begun))).pipe(
    Stream.filter((name): name is string => name?.toLowerCase().startsWith(begun.toLowerCase()) === true),
    Stream.take(manyNames),
    Stream.runCollect,
    Effect.map(Chunk.toReadonlyArray)
  )
}
