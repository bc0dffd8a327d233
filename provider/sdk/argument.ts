import type { Input } from "@pulumi/pulumi";

/** A value as a program may pass it: plain, or an output of another resource, at any depth. */
type Argument<T> = T extends string | number | boolean | null | undefined
  ? Input<T>
  : T extends readonly (infer Item)[]
    ? Input<Argument<Item>[]>
    : Input<{ [K in keyof T]: Argument<T[K]> }>;

/** Arguments of a resource: each may be an output of another resource. */
export type Arguments<T> = {
  [K in keyof T]: T[K] extends infer Value ? Argument<Exclude<Value, undefined>> | Extract<Value, undefined> : never;
};
