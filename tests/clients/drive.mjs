// Drives one MCP server with the official TypeScript client, and prints what it saw as JSON.
// In: `stdio COMMAND ARGUMENT...` or `http URL TOKEN`. Out: names of tools, answers, errors.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [how, ...rest] = process.argv.slice(2);
const transport =
  how === "stdio"
    ? new StdioClientTransport({ command: rest[0], args: rest.slice(1), env: process.env })
    : new StreamableHTTPClientTransport(new URL(rest[0]), {
        requestInit: { headers: { Authorization: `Bearer ${rest[1]}` } },
      });
const client = new Client({ name: "driver", version: "1" });
await client.connect(transport);

const call = async (name, args) => {
  const result = await client.callTool({ name, arguments: args });
  const text = result.content.map((part) => part.text).join("");
  return { error: Boolean(result.isError), text, structured: result.structuredContent ?? null };
};
const tools = (await client.listTools()).tools;
const seen = {
  server: client.getServerVersion(),
  tools: tools.map((tool) => tool.name),
  reading: tools.filter((tool) => tool.annotations?.readOnlyHint).map((tool) => tool.name),
  agents: await call("list_agents", {}),
  sources: await call("list_sources", {}),
  memory: await call("get_agent_memory", { agent: "lead", label: "state" }),
  written: await call("update_agent_memory", { agent: "lead", label: "state", value: "busy", expect: "calm" }),
  again: await call("update_agent_memory", { agent: "lead", label: "state", value: "idle", expect: "calm" }),
  typo: await call("get_agent_memory", { agent: "lead", lable: "state" }),
  nobody: await call("get_agent_memory", { agent: "nobody" }),
  drift: await call("drift", {}),
};
console.log(JSON.stringify(seen));
await client.close();
