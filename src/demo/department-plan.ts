/** A department of the sample company as it is laid out, before anybody works in it. */
export interface DepartmentPlan {
  key: string;
  name: string;
  /** Share of the staff, relative to the other departments. */
  weight: number;
  title: string;
  below?: readonly DepartmentPlan[];
}

/** The sample company: 25 departments, three deep. */
export const departmentPlans: readonly DepartmentPlan[] = [
  { key: "D100", name: "总经理办公室", weight: 2, title: "行政专员" },
  {
    key: "D200",
    name: "研发中心",
    weight: 1,
    title: "研发助理",
    below: [
      {
        key: "D210",
        name: "平台研发部",
        weight: 2,
        title: "研发工程师",
        below: [
          { key: "D211", name: "基础架构组", weight: 6, title: "架构工程师" },
          { key: "D212", name: "数据平台组", weight: 6, title: "数据工程师" },
          { key: "D213", name: "安全组", weight: 3, title: "安全工程师" },
        ],
      },
      {
        key: "D220",
        name: "应用研发部",
        weight: 2,
        title: "研发工程师",
        below: [
          { key: "D221", name: "移动端组", weight: 6, title: "客户端工程师" },
          { key: "D222", name: "前端组", weight: 6, title: "前端工程师" },
        ],
      },
      {
        key: "D230",
        name: "质量保障部",
        weight: 2,
        title: "测试工程师",
        below: [{ key: "D231", name: "自动化测试组", weight: 4, title: "测试开发工程师" }],
      },
    ],
  },
  {
    key: "D300",
    name: "产品中心",
    weight: 1,
    title: "产品助理",
    below: [
      { key: "D310", name: "产品设计部", weight: 5, title: "产品经理" },
      { key: "D320", name: "用户研究部", weight: 3, title: "用户研究员" },
    ],
  },
  {
    key: "D400",
    name: "销售中心",
    weight: 1,
    title: "销售助理",
    below: [
      {
        key: "D410",
        name: "华东大区",
        weight: 2,
        title: "区域顾问",
        below: [
          { key: "D411", name: "上海办事处", weight: 6, title: "客户经理" },
          { key: "D412", name: "杭州办事处", weight: 5, title: "客户经理" },
        ],
      },
      {
        key: "D420",
        name: "华北大区",
        weight: 2,
        title: "区域顾问",
        below: [{ key: "D421", name: "北京办事处", weight: 6, title: "客户经理" }],
      },
      // The hyphen is one of the characters that DingTalk refuses in a department name.
      { key: "D430", name: "海外-亚太区", weight: 3, title: "海外客户经理" },
    ],
  },
  {
    key: "D500",
    name: "职能中心",
    weight: 1,
    title: "职能专员",
    below: [
      {
        key: "D510",
        name: "人力资源部",
        weight: 3,
        title: "人事专员",
        below: [{ key: "D511", name: "招聘组", weight: 3, title: "招聘专员" }],
      },
      { key: "D520", name: "财务部", weight: 4, title: "会计" },
    ],
  },
];

/** Departments that the provider nests in their parent's `members` instead of naming a parent. */
export const NESTED_KEYS: ReadonlySet<string> = new Set(["D211", "D231", "D310", "D412", "D511"]);

/** This one is sent ahead of its parent: retries and parallel pushes do that to a gateway in real life. */
export const EARLY_CHILD = { key: "D221", before: "D220" };
