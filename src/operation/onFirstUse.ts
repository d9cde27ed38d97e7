/** Makes a value when it is first asked for. A program that lists devices never asks for the decoder of a threat. */
export const onFirstUse = <A extends object>(make: () => A): (() => A) => {
  let made: A | undefined
  return () => (made ??= make())
}
