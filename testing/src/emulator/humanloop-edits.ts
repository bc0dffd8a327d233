import { Refusal } from "./humanloop-dialect";
import type { HumanloopFlows } from "./humanloop-flows";
import type { HumanloopMonitoring } from "./humanloop-monitoring";
import {
  type HumanloopEdit,
  type HumanloopEnvironment,
  type HumanloopFile,
  humanloopDefaults,
} from "./humanloop-records";
import type { HumanloopStore } from "./humanloop-store";
import type { HumanloopTree } from "./humanloop-tree";
import { ControlError } from "./vendor";

/** What a person does in Humanloop's app, or an application by running. */
export class HumanloopEdits {
  constructor(
    private readonly store: HumanloopStore,
    private readonly tree: HumanloopTree,
    private readonly flows: HumanloopFlows,
    private readonly monitoring: HumanloopMonitoring,
  ) {}

  /** What a call would be refused for makes no sense as an edit either. */
  perform(edit: HumanloopEdit): void {
    try {
      this.act(edit);
    } catch (error) {
      if (error instanceof Refusal) throw new ControlError(`Wrong edit: ${error.message}`);
      throw error;
    }
  }

  private act(edit: HumanloopEdit): void {
    switch (edit.action) {
      case "upsertFlow":
        this.flows.upsert(edit.account ?? humanloopDefaults.account, edit.set);
        return;
      case "createFile": {
        const account = edit.account ?? humanloopDefaults.account;
        const path = this.tree.pathOf(edit.path);
        this.tree.insistOnFree(account.organization, path, 409);
        this.flows.create(account, edit.type, path, this.store.newVersion(edit.type, edit.attributes ?? {}));
        return;
      }
      case "createEnvironment": {
        const { organization = humanloopDefaults.account.organization, name } = edit;
        if (this.store.environmentsOf(organization).some((each) => each.name === name)) {
          throw new ControlError(`Wrong edit: there is an environment ${name} already`);
        }
        const id = this.store.newId("env");
        this.store.environments.put({ id, organization, name, tag: "other", created_at: this.store.timestamp() });
        return;
      }
      case "renameEnvironment": {
        const { organization = humanloopDefaults.account.organization, name } = edit;
        this.store.environments.put({ ...this.environment(edit.environment, organization), name });
        return;
      }
      default:
        this.change(edit, this.file(edit.file));
    }
  }

  private change(edit: Extract<HumanloopEdit, { file: string }>, file: HumanloopFile): void {
    switch (edit.action) {
      case "annotateFile":
        this.store.files.put({ ...file, ...edit.set, updated_at: this.store.timestamp() });
        return;
      case "moveFile":
        this.tree.moveFile(file, this.tree.pathOf(edit.path));
        return;
      case "deleteFile":
        this.flows.delete(file);
        return;
      case "renameVersion":
        this.flows.renameVersion(file, this.store.version(file, edit.version), edit);
        return;
      case "deleteVersion":
        this.flows.deleteVersion(file, this.store.version(file, edit.version));
        return;
      case "deploy": {
        const environment = this.environment(edit.environment, file.organization);
        if (edit.version === undefined) this.flows.removeDeployment(file, environment);
        else this.flows.deploy(file, environment, this.store.version(file, edit.version));
        return;
      }
      case "monitor":
        this.monitoring.change(file, edit.set);
        return;
      case "log": {
        const { version } = edit.version === undefined ? this.flows.current(file) : this.flows.read(file, edit.version);
        this.flows.log(file, version, edit.times ?? 1);
      }
    }
  }

  private file(idOrPath: string): HumanloopFile {
    const found = this.store.files.all().filter(({ id, path }) => id === idOrPath || path === idOrPath);
    const [file] = found;
    if (file !== undefined && found.length === 1) return file;
    throw new ControlError(`Wrong edit: ${found.length} files have the id or path '${idOrPath}'`);
  }

  private environment(idOrName: string, organization: string): HumanloopEnvironment {
    const all = this.store.environmentsOf(organization);
    const found = all.find(({ id, name }) => id === idOrName || name === idOrName);
    if (found === undefined) throw new ControlError(`Wrong edit: there is no environment '${idOrName}'`);
    return found;
  }
}
