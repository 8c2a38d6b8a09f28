/** One wanted behaviour, under the id that tests carry in their names. */
export interface AcceptanceRow {
  id: string;
  wanted: string;
}

/** What the outbound side has to show, in the order of the ids. */
export const ACCEPTANCE_ROWS: readonly AcceptanceRow[] = [
  row(
    "000-03",
    "A create, a change and a removal in SCIM each reach DingTalk as one write; a full run repairs what was deleted there.",
  ),
  row("000-11", "One bad record stops no other: the rest go through, the bad one says why."),
  row("000-12", "A failure is shown with the vendor's code, its meaning and what to do."),
  row(
    "000-15",
    "What the app may see in DingTalk bounds what is compared; what lies outside is never taken for deleted.",
  ),
  row(
    "000-20",
    "Several companies side by side do not touch each other; the same mobile number in two of them is two links.",
  ),
  row("000-21", "A second connection to the same company is refused with 409, and the first is named."),
  row("000-23", "An enterprise account needs no mobile number."),
  row(
    "001-07",
    "Event callbacks are off by default; when on, changes of departments and accounts arrive; off again, they are not handled.",
  ),
  row("001-08", "The address of event callbacks is the public base unless another is named, and is shown."),
  row(
    "001-26",
    "One group stands for the root: what is below it is sent below the root department, the group itself makes no call, what lies outside is skipped with a reason.",
  ),
  row("001-27", "The root group is named by its SCIM id, its externalId or its name."),
  row("001-28", "An event callback of another company is refused."),
  row("001-29", "Linking to what exists: by hand, each link approved, or by itself, by a configured field."),
  row("001-30", "A client gets id and secret once and tokens with them; a disabled one is refused at once."),
  row("001-31", "Accounts and departments have addresses of their own, which work alone."),
  row("001-32", "OAuth 2.0 and HTTP Basic both authenticate where they are allowed; Basic can be off."),
  row("001-33", "A token request that lacks something is refused as RFC 6749 says."),
  row(
    "001-34",
    "A connection that is off changes nothing for SCIM; switching it on delivers what happened meanwhile.",
  ),
  row(
    "001-35",
    "Dictionary fields are administered with name, key, category, type and rules, and every rule is enforced.",
  ),
  row("001-36", "A required field is stored as modifiable, with a notice."),
  row(
    "001-37",
    "An enabled field is in the schemas and resources; a disabled one is hidden and keeps its values.",
  ),
  row("001-38", "`ddtalkId` of a department is unique (409) and is written after the create."),
  row("001-39", "`ddAccountId` of a person is unique (409) and is written after the create."),
  row("001-40", "Attribute names are matched without regard to case; another spelling is not another field."),
  row("001-41", "One change is the fewest calls there can be; a PUT of the same makes none."),
  row(
    "001-42",
    "A person without a mobile number is stored and parked as mobile missing; the number releases them.",
  ),
  row(
    "001-43",
    "A refused address (60020) is told with the address, the masked app key and what to do, and the connection rests.",
  ),
  row(
    "001-44",
    "An illegal department list (40066) is explained: outside the root, or the dictionary is at fault; both dictionary fields exist from the start.",
  ),
  row(
    "001-45",
    "A child made right after its parent, also in one bulk request, is created below the id that was written back.",
  ),
  row("001-46", "Each person and department shows where it stands, with the last error."),
  row(
    "002-07",
    "Whoever leaves the range is treated by policy: disabled rather than deleted, where it says so.",
  ),
  row("002-08", "Whoever comes back is not switched on again by itself, unless the policy says so."),
  row("002-09", "Narrowing the range shows first what would happen, and asks for confirmation."),
  row("002-10", "The connection test counts departments and people, and says what is missing."),
  row("002-11", "Full runs are started by hand or by a schedule."),
  row("002-12", "The age of the last run is shown, with a warning when it is too old."),
  row(
    "002-13",
    "Daily, weekly and monthly schedules at a full hour fire when they should, in a named time zone, also in short months.",
  ),
  row(
    "002-14",
    "A field that is switched off, such as mobile or e-mail, is neither read nor written, and stays as it is.",
  ),
  row("002-15", "A run can be started at once, and its result has a row with a reason for each failure."),
  row("002-16", "A connection shows its last run: when, how it ended, which one."),
  row("004-11", "A schedule of intervals has an anchor, and the next five times are shown."),
  row("004-12", "Deletion protection looks before anything is removed: above the limit, nothing is deleted."),
  row("004-13", "Creates and updates go on while removals are held, and the run ends as protected."),
  row("004-14", "Held removals are told once, by webhook or mail, with numbers and where to look."),
  row("004-15", "A changed threshold is in the audit: who, when, from what to what."),
  row("004-16", "Settings are saved as a whole: a half-valid body changes nothing."),
  row("004-17", "A second run while one is active is refused, never parallel."),
  row("004-18", "Runs are listed by trigger, status and time, with successes and failures."),
  row("004-19", "A run opens to its rows, and each row to the history of its object."),
];

function row(id: string, wanted: string): AcceptanceRow {
  return { id, wanted };
}
