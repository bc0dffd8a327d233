import type { OutputInstance } from "@pulumi/pulumi";

/** A value as a program may pass it: plain, or an output of another resource, at any depth. */
type Argument<T> = OutputInstance<T> | Promise<T> | (T extends object ? Arguments<T> : T);

/** Arguments of a resource: each may be an output of another resource. */
export type Arguments<T> = { [K in keyof T]: Argument<T[K]> };
