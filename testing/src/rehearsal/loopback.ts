const ADDRESS_KEY = /(^|:)([A-Za-z]*A|a)piUrl$/;
const ADDRESS_VARIABLE = /^(KOSLI|KAPSO|KAPSO_LEGACY|RUNTYPE|HUMANLOOP)_API_URL$/;

/** Asks the provider to refuse every other address itself: only it knows where it goes when nothing is set. */
export const LOOPBACK_ONLY = { PULUMI_FLOWS_LOOPBACK_ONLY: "1" };

/** Is this the address of a service on this machine? */
export function isLoopback(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const host = new URL(address).hostname;
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * A rehearsal makes, changes and deletes what the program says, so it must never reach a real vendor.
 * @param settings configuration keys (`kosli:apiUrl`) or environment variables (`KOSLI_API_URL`) with their values.
 * @throws naming the first setting whose address is not loopback.
 */
export function refuseRemoteAddresses(settings: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(settings)) {
    if (!ADDRESS_KEY.test(key) && !ADDRESS_VARIABLE.test(key)) continue;
    if (value === undefined || value === "" || (typeof value === "string" && isLoopback(value))) continue;
    throw new Error(
      `${key} is not an address on this machine (${JSON.stringify(value)}): a rehearsal goes to loopback only. ` +
        "Start the emulator (npx pulumi-flows-testing emulator --port 4010) and set it to http://127.0.0.1:4010",
    );
  }
}
