import { DEFAULT_LIMITS } from "../http/governor";
import { FlowError, messageOf } from "../lifecycle/errors";
import type { FlowType } from "../lifecycle/flow-type";
import type { Log } from "../lifecycle/ports";
import { withoutSecrets } from "../lifecycle/secrets";
import { accountOf, lifecycleOf, settingsOf } from "../runtime/process";
import { limitsOf } from "../runtime/settings";
import type { Vendor } from "../vendors/vendor";
import { failureOf, isUnreached, missingParts } from "./accounts";
import type { Configuration } from "./configuration";
import type { Finding } from "./doctor-report";

/** What a call told of the vendor. */
interface Called {
  readonly type: FlowType;
  /** How many there are, or why that cannot be told. */
  readonly answer: number | Error;
}

/** The settings of a vendor, where each was found, and what calls with them told; no key, wherever it was put. */
export async function vendorFindings(
  vendor: Vendor,
  configuration: Configuration,
  isNamed: boolean,
  log: Log,
): Promise<Finding[]> {
  const { values } = settingsOf(vendor, configuration.read);
  const isHidden = (name: string) =>
    vendor.settings[name]?.secret || configuration.secrets.has(`${vendor.name}:${name}`);
  const secrets = Object.entries(values).flatMap(([name, value]) => (isHidden(name) ? [value] : []));
  const found = await allFindings(vendor, configuration, isNamed, log);
  return found.map((finding) => ({ ...finding, found: withoutSecrets(finding.found, secrets) }));
}

async function allFindings(
  vendor: Vendor,
  configuration: Configuration,
  isNamed: boolean,
  log: Log,
): Promise<Finding[]> {
  const missing = missingSecrets(vendor, configuration);
  if (missing.length > 0 && !isNamed && !isTouched(vendor, configuration))
    return [{ about: vendor.name, subject: "key", status: "note", found: "not configured", fix: missing.join(" ") }];
  const settings = settingFindings(vendor, configuration);
  const absent = missing.map(
    (fix): Finding => ({ about: vendor.name, subject: "key", status: "problem", found: "is not set", fix }),
  );
  const limits = limitFindings(vendor, configuration);
  if ([...settings, ...absent].some(({ status }) => status === "problem")) return [...settings, ...absent, ...limits];
  const parts = partFindings(vendor, configuration);
  if (parts.length > 0) return [...settings, ...parts, ...limits];
  return [...settings, ...limits, ...(await callFindings(vendor, configuration, log))];
}

/** Whether anything of the vendor is configured. */
function isTouched(vendor: Vendor, configuration: Configuration): boolean {
  return (
    Object.keys(settingsOf(vendor, configuration.read).values).length > 0 ||
    configuration.sealed.some((key) => key.startsWith(`${vendor.name}:`))
  );
}

function missingSecrets(vendor: Vendor, { read, sealed }: Configuration): string[] {
  const { values } = settingsOf(vendor, read);
  return Object.entries(vendor.settings).flatMap(([name, { secret, variable }]) => {
    if (!secret || values[name]) return [];
    const key = `${vendor.name}:${name}`;
    if (sealed.includes(key))
      return [
        `${key} is set, and only Pulumi's CLI can read it: make \`pulumi config\` work here, or set ${variable}.`,
      ];
    return [`Set it with \`pulumi config set --secret ${key}\` or ${variable}.`];
  });
}

function settingFindings(vendor: Vendor, { read, source, secrets }: Configuration): Finding[] {
  const { values, problems, warnings } = settingsOf(vendor, read);
  const about = vendor.name;
  const isWrong = (key: string) => problems.some((problem) => problem.key === key);
  const found = Object.entries(vendor.settings).flatMap(([name, { secret, variable, isCount }]): Finding[] => {
    const key = `${vendor.name}:${name}`;
    const value = values[name];
    // A value that is wrong may be a key in the wrong place.
    if (value === undefined || isCount || isWrong(key)) return [];
    const where = read(vendor.name, name) ? source : `environment variable ${variable}`;
    const shown = secret || secrets.has(key) ? "set" : value;
    return [{ about, subject: name, status: "ok", found: `${shown} (${where})` }];
  });
  return [
    ...found,
    ...problems.map(
      ({ key, message }): Finding => ({ about, subject: key.split(":")[1] ?? key, status: "problem", found: message }),
    ),
    ...warnings.map((warning): Finding => ({ about, subject: "settings", status: "note", found: warning })),
  ];
}

/** Without them nothing can be listed, and flows may say them themselves. */
function partFindings(vendor: Vendor, { read }: Configuration): Finding[] {
  return missingParts(vendor, settingsOf(vendor, read).values).map((name) => {
    const { variable } = vendor.settings[name] ?? {};
    return {
      about: vendor.name,
      subject: name,
      status: "note",
      found: "is not set: every flow must say its own, and the account was not looked at",
      fix: `To have it looked at, use \`pulumi config set ${vendor.name}:${name}\`${variable ? ` or ${variable}` : ""}.`,
    };
  });
}

function limitFindings(vendor: Vendor, { read }: Configuration): Finding[] {
  const { values } = settingsOf(vendor, read);
  const limits = limitsOf(values);
  return (["maxInFlight", "maxRequestsPerMinute", "maxRequestsPerHour"] as const).map((name) => {
    const limit = limits[name];
    const isOwn = limit !== DEFAULT_LIMITS[name];
    const shown = limit === undefined || limit === Number.POSITIVE_INFINITY ? "any number" : String(limit);
    const meaning = vendor.settings[name]?.documentation?.split(/ Default: |\. /)[0];
    return {
      about: vendor.name,
      subject: name,
      status: "ok",
      found: `${shown}${isOwn ? "" : " (default)"}: ${meaning?.replace(/\.$/, "")}, for each account and process`,
    };
  });
}

/** Lists everything once: that tells whether the address, the key and its right to read are good. */
async function callFindings(vendor: Vendor, { read }: Configuration, log: Log): Promise<Finding[]> {
  const about = vendor.name;
  // What is set for other things is there where those are.
  const types = vendor.flowTypes.filter(({ onDuplicate }) => onDuplicate !== "settles");
  const called = await Promise.all(
    types.map(async (type): Promise<Called> => {
      try {
        return { type, answer: (await lifecycleOf(type.token, read, log).list()).length };
      } catch (error) {
        return { type, answer: error instanceof Error ? error : new Error(String(error)) };
      }
    }),
  );
  const hostRoot = vendor.hostRoot(settingsOf(vendor, read).values);
  const [first] = called;
  const unreached = failureOf(first?.answer);
  if (unreached && isUnreached(unreached))
    return [
      {
        about,
        subject: "address",
        status: "problem",
        found: `${hostRoot} does not answer: ${unreached.message}`,
        fix: `Check ${about}:apiUrl, the network, and the proxy.`,
      },
    ];
  const hasAnswered = called.some(({ answer }) => typeof answer === "number" || failureOf(answer));
  return [
    ...(hasAnswered ? [{ about, subject: "address", status: "ok", found: `${hostRoot} answers` } as const] : []),
    ...(await accountFindings(vendor, read, called, log)),
    ...called.map(({ type, answer }) => rightFinding(vendor, type, answer)),
    {
      about,
      subject: "changes",
      status: "note",
      found: "whether the key may change anything was not tried, since only a change would tell",
    },
  ];
}

function rightFinding(vendor: Vendor, type: FlowType, answer: number | Error): Finding {
  const finding = { about: vendor.name, subject: type.token } as const;
  if (typeof answer === "number") return { ...finding, status: "ok", found: `can be read, ${answer} there` };
  // Another view of the same records, which most programs do not use.
  const isOther = type.records !== undefined && type.records !== type.token;
  return {
    ...finding,
    status: isOther ? "note" : "problem",
    found: `cannot be read: ${messageOf(answer)}`,
    ...(isOther ? { fix: `Only programs that use ${type.token} need it.` } : {}),
  };
}

async function accountFindings(
  vendor: Vendor,
  read: Configuration["read"],
  called: readonly Called[],
  log: Log,
): Promise<Finding[]> {
  const type = vendor.flowTypes[0];
  if (!type || typeof called[0]?.answer !== "number") return [];
  const finding = { about: vendor.name, subject: "account" } as const;
  try {
    const settings = settingsOf(vendor, read).values;
    const account = await type.currentAccount(accountOf(vendor, read, log), { ...settings });
    return [{ ...finding, status: "ok", found: account }];
  } catch (error) {
    if (!(error instanceof FlowError && error.kind === "wrongAccount"))
      return [{ ...finding, status: "problem", found: messageOf(error) }];
    return [
      {
        ...finding,
        status: "note",
        found: "cannot be told: nothing is in it, or the key may not ask whose it is",
        fix: "A refresh then stops where a flow is gone, since it cannot tell that from a key of another account.",
      },
    ];
  }
}
