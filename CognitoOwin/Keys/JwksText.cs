using System;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace CognitoOwin.Keys;

/// <summary>Reads a JWKS from a text in the settings of the application.</summary>
internal sealed class JwksText(string text, TimeSpan timeout, TimeProvider time) : JwksSource(timeout, time)
{
    private readonly byte[] _document = Encoding.UTF8.GetBytes(text);

    public override string Name => "the setting Jwks";

    protected override Task<byte[]> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(_document);
}
