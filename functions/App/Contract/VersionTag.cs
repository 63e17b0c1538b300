using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Contract;

/// <summary>
/// The version of something with settings. It has two parts: what people choose, by which a change can be made of exactly what was read,
/// and all that is shown, by which one can ask whether there is anything new. The app itself changes the second all the time.
/// </summary>
public sealed record VersionTag(string Chosen, string Shown)
{
    internal const char Separator = '.';

    /// <param name="shown">What is answered.</param>
    /// <param name="chosen">What of it people choose.</param>
    public static VersionTag Of<TShown, TChosen>(TShown shown, TChosen chosen) => new(Hash(chosen), Hash(shown));

    /// <summary>Whether the caller has what would be answered.</summary>
    public bool IsKnownTo(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.GetTypedHeaders().IfNoneMatch.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Tag.AsSpan().SequenceEqual(ToString()));

    public override string ToString() => $"\"{Chosen}{Separator}{Shown}\"";

    internal static string Hash<T>(T value) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(value, Json.Options)).AsSpan(0, 8));
}
