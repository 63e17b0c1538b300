using System.Collections.Immutable;
using Microsoft.AspNetCore.WebUtilities;
using SyncFunctions.Vendors.Tests;

namespace SyncFunctions.Connectors.Tests;

internal static class Callbacks
{
    /// <summary>What came, as the app hands it to a connector.</summary>
    public static WebhookRequest AsRequest(this Callback callback) => new(callback.Body, callback.Headers)
    {
        Query = QueryHelpers.ParseQuery(callback.Path.Contains('?') ? callback.Path[callback.Path.IndexOf('?')..] : "").ToImmutableDictionary(pair => pair.Key, pair => pair.Value.ToString()),
    };
}
