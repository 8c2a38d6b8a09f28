import type { ConnectorErrorKind } from "../../../src/connectors/errors.js";

/** Codes of the contact API with the kind expected for a call about a person or a department. */
export const CODES_BY_SUBJECT: Record<
  "user" | "department" | "role",
  Partial<Record<ConnectorErrorKind, string>>
> = {
  user: {
    "not-found": "33012 40003 60111 60121 46004 user.not.exist",
    "dependency-missing": "60003 40009 60004 40010 60128 60068 60005 60006 60010 33011 34020",
    rejected: "40031",
  },
  department: {
    "not-found": "60003 40009",
    "dependency-missing":
      "33012 40003 60111 60121 46004 60004 40010 60128 60068 60005 60006 60010 40031 33011 34020",
  },
  role: {
    "not-found": "33011",
    "dependency-missing": "33012 40003 60111 60121 46004 34020",
  },
};

/** Codes that mean the same whatever the call is about. */
export const CODES_OF_ALL: Partial<Record<ConnectorErrorKind, string>> = {
  transient: "-1 1002 400001 60019 system.busy systemBusy unknownError service.timeout",
  throttled:
    "90018 90002 90001 90003 90004 90005 90006 90007 90008 90009 90010 90011 90012 90013 90014 " +
    "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi Forbidden.AccessDenied.QpmLimitForAppkeyAndApi " +
    "Forbidden.AccessDenied.QpsLimitForApi",
  awaiting: "40103",
  conflict: "60102 60104 60107 60008 60021 34021",
  unauthorized:
    "40001 40014 42001 41001 40089 40096 invalidClientIdOrSecret 40013 12012 33001 52010 400042 400043 70001 50003 50005 " +
    "60011 43007 48002 60020 90020 404 22 43001 43002 43004 43005 43009 InvalidAuthentication " +
    "Forbidden.AccessDenied.AccessTokenPermissionDenied Forbidden.AccessDenied.IpNotInWhiteList " +
    "Forbidden.AccessDenied.ApiCountLimitForOrg InvalidAction.NotFound",
  rejected:
    "50002 50004 400002 40035 40000 40038 660000 47001 44002 40104 60103 40022 41054 40021 60105 60106 40101 40100 " +
    "40063 40064 40065 60112 60119 60122 60123 60114 60113 60118 60120 40032 40093 60067 40066 40025 60001 60009 " +
    "60022 60002 60110 40023 60007 60018 60109 600109 60510 40068 40069 40070 40011 40019 40020 40024 45024 " +
    "12150 40078 40102 42003 40029 60012 71006 71007 71008 71009 71010 71011 71012 71013 400040 400041 900001 900002 " +
    "900003 900004 900005 900006 900007 900008 900009 900010 AuthenticationFailed.MissingParameter invalid.param " +
    "exclusive.account.only 34018 23004",
};
