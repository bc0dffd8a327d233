import { createCipheriv, createDecipheriv, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { isSecret, mapProperties, type Properties, reveal, SECRET, SIGNATURE } from "./values";

const ROUNDS = 1_000_000;

/**
 * Seals and opens secrets in the format of Pulumi's passphrase provider, so that a state goes from here to the CLI
 * and back: PBKDF2-SHA256 makes the key, AES-256-GCM seals, and the salt carries a sealed word to check the passphrase.
 */
export class Vault {
  private key: Promise<Buffer> | undefined;
  private unlocked: Buffer | undefined;
  private readonly sealed = new Map<string, string>();

  /** @param salt as in `encryptionsalt`; without one a new salt is made. */
  constructor(
    private readonly passphrase: string | undefined,
    public salt: string | undefined,
  ) {}

  /**
   * Makes the key; needed once before anything else.
   * @throws without a passphrase, or with a wrong one.
   */
  async unlock(): Promise<void> {
    this.key ??= this.derive();
    this.unlocked = await this.key;
  }

  private async derive(): Promise<Buffer> {
    if (this.passphrase === undefined) {
      throw new Error(
        "a value is secret and there is no passphrase to seal it with: set PULUMI_CONFIG_PASSPHRASE, " +
          "because a state is never written with a secret in clear",
      );
    }
    const [, text, ...check] = this.salt?.split(":") ?? [];
    const raw = text === undefined ? randomBytes(8) : Buffer.from(text, "base64");
    const key = await promisify(pbkdf2)(this.passphrase, raw, ROUNDS, 32, "sha256");
    if (text === undefined) this.salt = `v1:${raw.toString("base64")}:${seal(key, "pulumi")}`;
    else if (openOr(key, check.join(":"), "") !== "pulumi") {
      throw new Error("incorrect passphrase: PULUMI_CONFIG_PASSPHRASE does not open this stack's secrets");
    }
    return key;
  }

  /** Opens one sealed text, as in `secure:` of a stack's file. */
  open(ciphertext: string): string {
    return open(this.requireKey(), ciphertext);
  }

  /** Properties as they go into the state file. A secret that did not change keeps its ciphertext. */
  hide(properties: Properties, place: string): Properties {
    return mapProperties(properties, (value, path) => {
      if (!isSecret(value)) return undefined;
      const text = JSON.stringify(reveal(value.value ?? null));
      const known = `${place}${path}\0${text}`;
      const ciphertext = this.sealed.get(known) ?? seal(this.requireKey(), text);
      this.sealed.set(known, ciphertext);
      return { [SIGNATURE]: SECRET, ciphertext };
    });
  }

  /** Properties as they came out of the state file, their secrets opened. */
  show(properties: Properties, place: string): Properties {
    return mapProperties(properties, (value, path) => {
      if (!isSecret(value)) return undefined;
      const { ciphertext, plaintext } = value;
      const text = typeof plaintext === "string" ? plaintext : this.open(String(ciphertext));
      if (typeof ciphertext === "string") this.sealed.set(`${place}${path}\0${text}`, ciphertext);
      return { [SIGNATURE]: SECRET, value: JSON.parse(text) };
    });
  }

  private requireKey(): Buffer {
    if (!this.unlocked) throw new Error("the vault is used before it is unlocked");
    return this.unlocked;
  }
}

function seal(key: Buffer, text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${nonce.toString("base64")}:${body.toString("base64")}`;
}

function open(key: Buffer, ciphertext: string): string {
  const [, nonce = "", text = ""] = ciphertext.split(":");
  const body = Buffer.from(text, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(body.subarray(-16));
  return decipher.update(body.subarray(0, -16), undefined, "utf8") + decipher.final("utf8");
}

function openOr(key: Buffer, ciphertext: string, otherwise: string): string {
  try {
    return open(key, ciphertext);
  } catch {
    return otherwise;
  }
}
