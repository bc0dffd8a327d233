import { readProject } from "./project";
import { environment, passphraseOf, type RehearsalOptions, stateFileOf } from "./rehearse";
import { changeProperties, type Deployment, type ResourceState, readDeployment, StateFile } from "./state";
import { isSecret, mapProperties, mask, type Properties, reveal, SECRET, SIGNATURE } from "./values";
import { Vault } from "./vault";

/** Which state to export. Options that only a run needs are taken and not used, so that one object serves both. */
export interface ExportOptions extends Omit<RehearsalOptions, "operation"> {
  /** Give secrets in clear, as `pulumi stack export --show-secrets` does; needs the passphrase. */
  showSecrets?: boolean;
}

/** A deployment as `pulumi stack export` gives it and `pulumi stack import` takes it. */
export interface ExportedState {
  version: 3;
  deployment: Deployment;
}

/**
 * The state of a stack. Without `showSecrets` every secret is the text `"[secret]"`, and no passphrase is needed.
 * @throws when the state cannot be read.
 */
export async function exportState(options: ExportOptions): Promise<ExportedState> {
  const path = stateFileOf(options);
  const { secrets_providers: sealedBy, ...deployment } = readDeployment(path);
  let { resources, pending_operations: pending } = deployment;
  if (options.showSecrets) {
    const passphrase = passphraseOf(environment(options.env));
    const vault = new Vault(passphrase, readProject(options.cwd, options.stack).salt);
    const file = await StateFile.open(path, vault, passphrase);
    resources = file.resources;
    pending = pending && file.interrupted;
  }
  const change = options.showSecrets ? inClear : (properties: Properties) => mapProperties(properties, maskSecret);
  const exported = (resource: ResourceState) => changeProperties(resource, change);
  return {
    version: 3,
    deployment: {
      ...deployment,
      // Without it `pulumi stack import` crashes on the first secret.
      ...(options.showSecrets && sealedBy ? { secrets_providers: sealedBy } : {}),
      resources: resources.map(exported),
      ...(pending
        ? { pending_operations: pending.map((each) => ({ ...each, resource: exported(each.resource) })) }
        : {}),
    },
  };
}

function maskSecret(value: Properties[string]) {
  return isSecret(value) ? mask(value) : undefined;
}

function inClear(properties: Properties): Properties {
  return mapProperties(properties, (value) =>
    isSecret(value) ? { [SIGNATURE]: SECRET, plaintext: JSON.stringify(reveal(value.value ?? null)) } : undefined,
  );
}
