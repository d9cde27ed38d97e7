/**
 * Makes a value when it is first needed. For example, a program that lists devices never makes the decoder of a threat.
 */
export const onFirstUse = <A extends object>(make: () => A): (() => A) => {
  let made: A | undefined
  return () => (made ??= make())
}
