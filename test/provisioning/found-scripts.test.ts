import { beforeAll, describe, it } from "vitest";
import { scriptFrom } from "../../soak/happenings.js";
import { runScript } from "../../soak/run-script.js";
import { prepareDatabase, type Theatre } from "../../soak/theatre.js";
import { shareTestDatabase } from "../support/database.js";

const test = shareTestDatabase();
let theatre: Theatre;
beforeAll(async () => {
  theatre = await prepareDatabase(test.database);
});

/** Scripts in which the soak found a broken promise once, with what holds since. */
const FOUND: readonly [string, string][] = [
  [
    "who leads a department still leads it when their account was created anew for another number",
    `{"contrary":false,"inactive":"keep","accounts":"ordinary","mobileChange":"recreate","happenings":[{"kind":"work","a":0,"b":21},{"kind":"addPerson","a":94,"b":90},{"kind":"renumber","a":30,"b":18},{"kind":"removePerson","a":47,"b":17},{"kind":"stall","a":4,"b":76},{"kind":"moveDepartment","a":82,"b":79},{"kind":"renamePerson","a":88,"b":91},{"kind":"work","a":53,"b":35},{"kind":"jump","a":99,"b":18},{"kind":"addRole","a":72,"b":30},{"kind":"moveDepartment","a":67,"b":29},{"kind":"renumber","a":96,"b":87},{"kind":"renameDepartment","a":82,"b":71},{"kind":"revokeTokens","a":42,"b":86}]}`,
  ],
  [
    "a call that its worker makes too late takes another starting time",
    `{"contrary":false,"inactive":"keep","accounts":"ordinary","mobileChange":"keep","happenings":[{"kind":"work","a":0,"b":15},{"kind":"addDepartment","a":0,"b":0},{"kind":"deactivate","a":0,"b":0},{"kind":"pass","a":0,"b":0},{"kind":"work","a":0,"b":0},{"kind":"retitle","a":0,"b":0},{"kind":"fault","a":0,"b":0}]}`,
  ],
  [
    "a role waits for the one of its name that is removed at this very moment",
    `{"contrary":false,"inactive":"keep","accounts":"ordinary","mobileChange":"keep","happenings":[{"kind":"removeDepartment","a":0,"b":0},{"kind":"jump","a":0,"b":0},{"kind":"stall","a":0,"b":0},{"kind":"fault","a":67,"b":43},{"kind":"addRole","a":59,"b":28},{"kind":"work","a":25,"b":46},{"kind":"hold","a":63,"b":48},{"kind":"removeDepartment","a":88,"b":74},{"kind":"crash","a":72,"b":52},{"kind":"addDepartment","a":93,"b":28},{"kind":"reactivate","a":94,"b":2},{"kind":"fault","a":20,"b":17},{"kind":"reactivate","a":84,"b":91},{"kind":"fault","a":19,"b":53},{"kind":"renamePerson","a":5,"b":66},{"kind":"join","a":40,"b":81},{"kind":"renamePerson","a":79,"b":53},{"kind":"addPerson","a":28,"b":52},{"kind":"removePerson","a":99,"b":69},{"kind":"addPerson","a":48,"b":86},{"kind":"crash","a":93,"b":93},{"kind":"approve","a":21,"b":32},{"kind":"join","a":65,"b":62},{"kind":"pass","a":66,"b":66},{"kind":"work","a":55,"b":59},{"kind":"renameRole","a":66,"b":37},{"kind":"removeRole","a":72,"b":91},{"kind":"addRole","a":30,"b":3},{"kind":"crash","a":96,"b":10},{"kind":"approve","a":92,"b":52},{"kind":"fault","a":70,"b":65},{"kind":"deactivate","a":44,"b":52},{"kind":"moveDepartment","a":80,"b":18},{"kind":"join","a":93,"b":93},{"kind":"removePerson","a":25,"b":80},{"kind":"removeDepartment","a":89,"b":34},{"kind":"fault","a":53,"b":89},{"kind":"hold","a":51,"b":14},{"kind":"addDepartment","a":4,"b":19},{"kind":"fault","a":45,"b":34},{"kind":"fault","a":99,"b":31},{"kind":"removeDepartment","a":60,"b":24},{"kind":"deactivate","a":9,"b":70},{"kind":"lead","a":96,"b":25},{"kind":"work","a":41,"b":66},{"kind":"work","a":88,"b":62},{"kind":"hold","a":29,"b":7},{"kind":"work","a":38,"b":94},{"kind":"work","a":39,"b":39},{"kind":"addPerson","a":79,"b":1},{"kind":"renameDepartment","a":36,"b":44},{"kind":"retitle","a":72,"b":74},{"kind":"renameDepartment","a":18,"b":67},{"kind":"revokeTokens","a":39,"b":19},{"kind":"join","a":41,"b":50}]}`,
  ],
  [
    "a department takes a name that its holder gave up while it was asked for it",
    `{"contrary":false,"inactive":"keep","accounts":"ordinary","mobileChange":"keep","happenings":[{"kind":"moveDepartment","a":51,"b":0},{"kind":"removePerson","a":0,"b":0},{"kind":"work","a":15,"b":18},{"kind":"crash","a":73,"b":44},{"kind":"kill","a":29,"b":85},{"kind":"reactivate","a":82,"b":6},{"kind":"work","a":46,"b":17},{"kind":"lead","a":17,"b":28},{"kind":"stall","a":85,"b":30},{"kind":"crash","a":83,"b":27},{"kind":"swapDepartments","a":62,"b":55},{"kind":"leave","a":88,"b":47},{"kind":"removePerson","a":93,"b":19},{"kind":"crash","a":61,"b":1},{"kind":"work","a":87,"b":52},{"kind":"moveDepartment","a":17,"b":75},{"kind":"addPerson","a":36,"b":72},{"kind":"fault","a":81,"b":25},{"kind":"deactivate","a":35,"b":52},{"kind":"manage","a":17,"b":36},{"kind":"manage","a":30,"b":26},{"kind":"letGo","a":20,"b":9}]}`,
  ],
  [
    "a department is not removed while a child is being put into it",
    `{"contrary":true,"inactive":"keep","accounts":"ordinary","mobileChange":"keep","happenings":[{"kind":"join","a":33,"b":0},{"kind":"work","a":45,"b":28},{"kind":"swapDepartments","a":0,"b":0},{"kind":"removeDepartment","a":0,"b":0},{"kind":"join","a":0,"b":0},{"kind":"letGo","a":0,"b":0}]}`,
  ],
];

describe("in scripts that once broke a promise", () => {
  it.each(FOUND)("%s", async (_title, script) => {
    await runScript(theatre, scriptFrom(script));
  });
});
