/** A Chinese character or two with the Latin spelling that an account name is made of. */
export interface NamePart {
  text: string;
  pinyin: string;
}

const surnameSpellings =
  "王wang 李li 张zhang 刘liu 陈chen 杨yang 赵zhao 黄huang 周zhou 吴wu 徐xu 孙sun 马ma 朱zhu 胡hu 林lin 郭guo 何he " +
  "高gao 罗luo 郑zheng 梁liang 谢xie 宋song 唐tang 许xu 邓deng 韩han 冯feng 曹cao 彭peng 曾zeng 萧xiao 田tian 董dong " +
  "潘pan 袁yuan 蔡cai 蒋jiang 余yu 于yu 杜du 叶ye 程cheng 魏wei 苏su 吕lv 丁ding 沈shen 任ren 欧阳ouyang 上官shangguan";

const givenNameSpellings =
  "晓xiao 明ming 雨yu 晨chen 思si 远yuan 子zi 涵han 佳jia 怡yi 浩hao 然ran 文wen 博bo 静jing 雅ya 志zhi 强qiang 丽li " +
  "娜na 建jian 国guo 梓zi 萱xuan 宇yu 航hang 诗shi 琪qi 嘉jia 睿rui 一yi 诺nuo 俊jun 杰jie 若ruo 兰lan 泽ze 洋yang " +
  "欣xin 妍yan 天tian 佑you 书shu 瑶yao 海hai 波bo 春chun 燕yan 永yong 康kang 清qing 澜lan 少shao 峰feng 玉yu 梅mei";

function parseSpellings(list: string): readonly NamePart[] {
  return list.split(" ").map((entry) => {
    const text = entry.replace(/[a-z]+$/, "");
    return { text, pinyin: entry.slice(text.length) };
  });
}

/** Common surnames, two of them of two characters. */
export const SURNAMES: readonly NamePart[] = parseSpellings(surnameSpellings);

/** Characters that given names are put together from. */
export const GIVEN_NAME_CHARACTERS: readonly NamePart[] = parseSpellings(givenNameSpellings);
