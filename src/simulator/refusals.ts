/** What DingTalk says beside a code. A client must key on the code: the wording changes without notice. */
const TEXTS: ReadonlyMap<number, string> = new Map([
  [-1, "系统繁忙"],
  [22, "不合法ApiName"],
  [23004, "不允许编辑系统标签"],
  [33011, "不合法的角色id"],
  [33012, "用户不存在"],
  [34018, "角色不能为空"],
  [34020, "不合法的角色组id"],
  [34021, "角色名称已存在"],
  [40009, "不合法的部门id"],
  [40010, "不合法的父部门id"],
  [40011, "不合法的排序值"],
  [40022, "手机号码不可修改"],
  [40031, "不合法的userid列表"],
  [40035, "缺少参数"],
  [40063, "分机号过长"],
  [40064, "办公地点过长"],
  [40065, "备注过长"],
  [40066, "不合法的部门列表"],
  [40068, "不合法的偏移量"],
  [40069, "不合法的分页大小"],
  [40070, "不合法的排序参数"],
  [40093, "群主不是部门成员"],
  [40096, "不合法的appKey或appSecret"],
  [40100, "分机号在公司中已存在"],
  [40101, "邮箱在公司中已存在"],
  [40103, "邀请已发送，等待对方同意"],
  [40104, "不合法的手机号"],
  [43001, "需要GET请求"],
  [43002, "需要POST请求"],
  [43004, "不合法的Content-Type"],
  [47001, "无法解析请求内容"],
  [50002, "员工不在授权范围内"],
  [50004, "部门不在授权范围内"],
  [60001, "部门名称长度不合法"],
  [60002, "部门层级超出限制"],
  [60003, "部门不存在"],
  [60004, "父部门不存在"],
  [60005, "部门下存在成员，不能删除"],
  [60006, "部门下存在子部门，不能删除"],
  [60007, "根部门不能删除"],
  [60008, "该部门下已存在同名部门"],
  [60009, "部门名称含有不支持的字符"],
  [60010, "部门之间存在循环关系"],
  [60018, "根部门不能更新"],
  [60021, "父部门下该部门名称已存在"],
  [60102, "userid在公司中已存在"],
  [60103, "手机号码不合法"],
  [60104, "手机号码在公司中已存在"],
  [60105, "邮箱不合法"],
  [60106, "邮箱已被使用"],
  [60109, "部门可见范围不合法"],
  [60110, "部门个数超出限制"],
  [60112, "姓名不合法"],
  [60119, "职位不合法"],
  [60121, "找不到该用户"],
  [60122, "扩展属性不合法"],
  [60123, "工号不合法"],
  [60128, "主管不存在"],
  [60510, "可见范围设置不合法"],
  [400002, "参数错误"],
  [600109, "人员可见范围不合法"],
  [660000, "参数为空"],
]);

/** The usual Chinese text for an error code of the contact API. */
export function textOfCode(code: number): string {
  return TEXTS.get(code) ?? "未知错误";
}

/** A call that breaks a rule of the contact book: answered with HTTP 200 and this plain `errcode`. */
export class BusinessRefusal extends Error {
  readonly code: number;

  constructor(code: number, detail?: string) {
    super(detail === undefined ? textOfCode(code) : `${textOfCode(code)} ${detail}`);
    this.name = "BusinessRefusal";
    this.code = code;
  }
}

/** A refused call of the newer API (host api.dingtalk.com): answered with this HTTP status and text code. */
export class NewApiRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "NewApiRefusal";
    this.status = status;
    this.code = code;
  }
}
