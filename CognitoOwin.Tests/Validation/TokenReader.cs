using Newtonsoft.Json.Linq;

namespace CognitoOwin.Tests.Validation;

/// <summary>Reads the payload of a token without validating the token.</summary>
internal static class TokenReader
{
    public static string ReadPayload(string token) => Base64UrlText.DecodeText(token.Split('.')[1]);

    public static string ReadSubject(string token) => (string)JObject.Parse(ReadPayload(token))["sub"]!;
}
