import { type AddressInfo, createServer, type Socket } from "node:net";

/** A mail server of the test's own, that keeps what it is given. */
export interface SmtpServer {
  port: number;
  /** Each mail: from, to, and the lines of the message. */
  mails: { from: string; to: string[]; text: string }[];
  /** User names and passwords that were presented. */
  logins: string[];
  close(): Promise<void>;
}

/** Speaks as much of SMTP (RFC 5321) and AUTH PLAIN (RFC 4954) as a client needs to hand over a mail, on loopback. */
export async function startSmtpServer(): Promise<SmtpServer> {
  const mails: SmtpServer["mails"] = [];
  const logins: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    let mail: SmtpServer["mails"][number] = { from: "", to: [], text: "" };
    let inData = false;
    let rest = "";
    const say = (line: string) => socket.write(`${line}\r\n`);
    const take = (line: string) => {
      if (inData) {
        if (line !== ".") {
          mail.text += `${line}\n`;
          return;
        }
        inData = false;
        mails.push(mail);
        mail = { from: "", to: [], text: "" };
        say("250 kept");
        return;
      }
      const [verb = ""] = line.toUpperCase().split(" ");
      if (verb === "EHLO") say("250-test\r\n250 AUTH PLAIN");
      else if (verb === "AUTH") {
        logins.push(Buffer.from(line.split(" ")[2] ?? "", "base64").toString("utf8"));
        say("235 welcome");
      } else if (verb === "MAIL") {
        mail.from = /<(.*)>/.exec(line)?.[1] ?? "";
        say("250 ok");
      } else if (verb === "RCPT") {
        mail.to.push(/<(.*)>/.exec(line)?.[1] ?? "");
        say("250 ok");
      } else if (verb === "DATA") {
        inData = true;
        say("354 go on");
      } else say(verb === "QUIT" ? "221 bye" : "250 ok");
    };
    socket.on("data", (chunk) => {
      rest += chunk.toString("utf8");
      for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        take(line);
      }
    });
    say("220 test");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    logins,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
