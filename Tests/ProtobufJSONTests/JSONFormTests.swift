import Testing

@testable import ProtobufJSON

@Suite("The JSON form")
struct JSONFormTests {
    @Test(
        "what may be written in several ways is taken in each, and printed in one",
        arguments: [
            (#"{"an_int32":1}"#, #"{"anInt32":1}"#), (#"{"renamed":"x"}"#, #"{"otherName":"x"}"#),
            (#"{"anInt32":"1"}"#, #"{"anInt32":1}"#), (#"{"anInt32":1.0}"#, #"{"anInt32":1}"#),
            (#"{"anInt32":1e2}"#, #"{"anInt32":100}"#),
            (#"{"anInt32":"-12.50e1"}"#, #"{"anInt32":-125}"#),
            (#"{"anInt32":-0}"#, "{}"), (#"{"anInt32":0e99999999999999999999}"#, "{}"),
            (#"{"aUint64":18446744073709551615}"#, #"{"aUint64":"18446744073709551615"}"#),
            (#"{"aDouble":"1.5"}"#, #"{"aDouble":1.5}"#),
            (#"{"aDouble":"Infinity"}"#, #"{"aDouble":"Infinity"}"#),
            (#"{"aDouble":-0.0}"#, #"{"aDouble":-0.0}"#),
            (#"{"aFloat":3.4028235e38}"#, #"{"aFloat":3.4028235e+38}"#),
            (#"{"someBytes":"_-8"}"#, #"{"someBytes":"/+8="}"#),
            (#"{"someBytes":"/+8"}"#, #"{"someBytes":"/+8="}"#),
            (#"{"aColour":1}"#, #"{"aColour":"GREEN"}"#),
            (#"{"aColour":1.0}"#, #"{"aColour":"GREEN"}"#),
            (#"{"aColour":null,"child":null,"strings":null,"texts":null,"maybeInt32":null}"#, "{}"),
            (#"{"choiceText":null,"choiceNumber":"1"}"#, #"{"choiceNumber":"1"}"#),
            (
                #"{"byInt32":{"1":{}},"byUint64":{"1":""},"bySfixed64":{"-1":0}}"#,
                #"{"byInt32":{"1":{}},"byUint64":{"1":""},"bySfixed64":{"-1":0}}"#
            ),
            (#" { "aBool" : true } "#, #"{"aBool":true}"#),
        ])
    func forms(json: String, printed: String) throws {
        let kinds = try Kinds()
        #expect(try kinds.json(kinds.bytes(json)) == printed)
    }

    @Test(
        "what no field can have is refused, with its place",
        arguments: [
            (#"{"nme":1}"#, "nme", "kinds.Everything has no such field"),
            (#"{"children":[{},{"child":{"nme":1}}]}"#, "children[1].child.nme", "no such field"),
            (#"{"byInt32":{"7":{"nme":1}}}"#, #"byInt32["7"].nme"#, "no such field"),
            (#"{"anInt32":1,"an_int32":1}"#, "an_int32", "twice"),
            (#"{"choiceText":"","choiceNumber":1}"#, "choiceNumber", "of the oneof 'choice'"),
            (#"{"choiceNull":null,"choiceNumber":1}"#, "choiceNumber", "'choiceNull'"),
            (#"{"anInt32":2147483648}"#, "anInt32", "32 bits"),
            (#"{"anInt32":1.5}"#, "anInt32", "whole"),
            (#"{"anInt32":" 1"}"#, "anInt32", "whole"), (#"{"anInt32":""}"#, "anInt32", "whole"),
            (#"{"anInt32":"+1"}"#, "anInt32", "whole"),
            (#"{"anInt32":true}"#, "anInt32", "found true or false"),
            (#"{"anInt32":1e99}"#, "anInt32", "whole"),
            (#"{"anInt32":[]}"#, "anInt32", "found an array"),
            (#"{"aUint32":-1}"#, "aUint32", "without a sign"),
            (#"{"aUint64":18446744073709551616}"#, "aUint64", "64 bits"),
            (#"{"anInt64":"9223372036854775808"}"#, "anInt64", "64 bits"),
            (#"{"aDouble":1e400}"#, "aDouble", "double"), (#"{"aFloat":1e39}"#, "aFloat", "float"),
            (#"{"aDouble":"nan"}"#, "aDouble", "double"),
            (#"{"aDouble":{}}"#, "aDouble", "an object"),
            (#"{"aBool":"true"}"#, "aBool", "true or false"),
            (#"{"aBool":1}"#, "aBool", "a number"),
            (#"{"aString":1}"#, "aString", "a string"),
            (#"{"someBytes":"a*"}"#, "someBytes", "base64"),
            (#"{"someBytes":"a"}"#, "someBytes", "base64"),
            (#"{"aColour":"BLUE"}"#, "aColour", "no value 'BLUE'"),
            (#"{"aColour":"1"}"#, "aColour", "no value"),
            (#"{"aColour":true}"#, "aColour", "name or number"),
            (#"{"strings":"a"}"#, "strings", "an array"),
            (#"{"strings":["a",null]}"#, "strings[1]", "a string"),
            (#"{"children":[null]}"#, "children[0]", "null"),
            (#"{"int32s":[1,"x"]}"#, "int32s[1]", "whole"),
            (#"{"texts":[]}"#, "texts", "an object"),
            (#"{"texts":{"a":null}}"#, #"texts["a"]"#, "a string"),
            (#"{"texts":{"a":"","a":""}}"#, #"texts["a"]"#, "twice"),
            (#"{"byInt32":{"01":{}}}"#, #"byInt32["01"]"#, "whole"),
            (#"{"byBool":{"1":0}}"#, #"byBool["1"]"#, "true or false"),
            (#"{"child":[]}"#, "child", "an object for kinds.Everything"), ("[]", "", "an object"),
            ("null", "", "null"),
            (#"{"[kinds.added]":"x"}"#, "[kinds.added]", "no such field"),
        ])
    func refused(json: String, path: String, text: String) throws {
        let error = try #require(try Kinds().fault(json))
        #expect(error.path == path)
        #expect(error.text.contains(text), "\(error)")
    }

    @Test(
        "text that is no JSON is told with its place",
        arguments: ["", "{", #"{"a":1,}"#, "{} {}", "\u{FF}"])
    func noJSON(text: String) throws {
        let error = try #require(try Kinds().fault(text))
        #expect(error.kind == .invalidJSON)
        #expect(error.text.hasPrefix("line 1"))
    }
}
