import type { Picture } from "../../picture/picture";

/** The picture of one flow. */
export interface Subject extends Picture {
  /** What the file of its picture is called after: the resource's name, where it has one. */
  readonly name: string;
}
