using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using SyncFunctions.App.Problems;

namespace SyncFunctions.App.Contract;

/// <summary>What a request is about to change, as it was before.</summary>
public sealed record Revision(JsonNode? Before)
{
    /// <summary>To be called with what is stored, each time before it is changed; what is answered then shows what came of it.</summary>
    /// <param name="chosen">What of it people choose, never a secret.</param>
    /// <exception cref="ProblemException">It has changed since the caller read it.</exception>
    public static void Begin<T>(HttpRequest request, T chosen)
    {
        request.HttpContext.Features.Set(new Revision(Json.ToNode(chosen)));
        var wanted = request.GetTypedHeaders().IfMatch;
        if (wanted.Count == 0 || wanted.Any(tag => tag.Equals(EntityTagHeaderValue.Any))) return;
        var now = VersionTag.Hash(chosen);
        if (wanted.Any(tag => tag.Tag.AsSpan().Trim('"').ToString().Split(VersionTag.Separator)[0] == now)) return;
        throw new ProblemException(ProblemType.ChangedSince, "Somebody has changed it since you read it. Read it again, look at what is different, and send your change with the new ETag.");
    }
}
