// What a value from outside has to look like. A shape is a check that gives the value its type, so that the type and the check
// cannot differ.

export type Shape<T> = (value: unknown) => value is T;
export type Of<S> = S extends Shape<infer T> ? T : never;

export const text: Shape<string> = (value) => typeof value === "string";
export const flag: Shape<boolean> = (value) => typeof value === "boolean";
/** A number that one can count and draw with: not below zero, not infinite. */
export const count: Shape<number> = (value): value is number =>
  typeof value === "number" && Number.isFinite(value) && value >= 0;

export function oneOf<const T extends string>(...words: T[]): Shape<T> {
  return (value): value is T => words.includes(value as T);
}

export function list<T>(of: Shape<T>): Shape<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every((item) => of(item));
}

export function nullable<T>(of: Shape<T>): Shape<T | null> {
  return (value): value is T | null => value === null || of(value);
}

/** An object with these members; others are not looked at. */
export function object<T extends object>(members: { [K in keyof T]: Shape<T[K]> }): Shape<T> {
  return (value): value is T =>
    typeof value === "object" &&
    value !== null &&
    (Object.keys(members) as (keyof T)[]).every((key) => members[key]((value as T)[key]));
}
