using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace SyncFunctions.App.Notices;

/// <summary>
/// An Adaptive Card in the message that the workflow trigger "When a Teams webhook request is received" takes
/// (https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using).
/// </summary>
internal static partial class TeamsCard
{
    public static byte[] Of(ToldNotice told)
    {
        var card = new JsonObject
        {
            ["$schema"] = "http://adaptivecards.io/schemas/adaptive-card.json",
            ["type"] = "AdaptiveCard",
            ["version"] = "1.4",
            ["body"] = new JsonArray([
                Block(told.Text.Title, ("size", "Large"), ("weight", "Bolder")),
                .. told.Text.Lines.Select(line => Block(line)),
                Block($"{told.TenantName}, {told.Notice.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC", ("size", "Small")),
            ]),
        };
        if (told.Link is { } link) card["actions"] = new JsonArray(new JsonObject { ["type"] = "Action.OpenUrl", ["title"] = "Show it", ["url"] = link.AbsoluteUri });
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["type"] = "message",
            ["attachments"] = new JsonArray(new JsonObject { ["contentType"] = "application/vnd.microsoft.card.adaptive", ["contentUrl"] = null, ["content"] = card }),
        });
    }

    private static JsonObject Block(string text, params (string Name, string Value)[] looks)
    {
        var block = new JsonObject { ["type"] = "TextBlock", ["text"] = Marks().Replace(text, @"\$0"), ["wrap"] = true };
        foreach (var (name, value) in looks) block[name] = value;
        return block;
    }

    /// <summary>Texts are Markdown there, and names may hold anything.</summary>
    [GeneratedRegex(@"[\\\[\]*_`]", RegexOptions.None, 1000)]
    private static partial Regex Marks();
}
