using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace SyncFunctions.Connectors.Mailchimp;

/// <summary>What Mailchimp tells of: a form for each event, signed where the webhook was registered so.</summary>
internal static class MailchimpWebhooks
{
    /// <summary>A copy that is sent again later is refused.</summary>
    private const long Tolerance = 300;

    private const int MaxSignatures = 10;

    public static readonly WebhookFormat Format = new()
    {
        Verify = IsSigned,
        // Webhooks of before 2026 are not signed.
        MayBeUnsigned = true,
        Read = Read,
        // Its validator asks before an address is registered; who answers a delivery with 410 is told nothing any more.
        Check = check => check.Method == "GET" ? ImmutableDictionary<string, string>.Empty : null,
    };

    /// <summary>By <c>t=…,v1=…</c>, which has several signatures while a secret takes the place of another.</summary>
    private static bool IsSigned(WebhookRequest request, string secret, DateTimeOffset now)
    {
        string? timestamp = null;
        var signatures = new List<string>();
        foreach (var part in (request.Header("X-Mailchimp-Signature") ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("t=", StringComparison.Ordinal))
                timestamp ??= part[2..];
            else if (part.StartsWith("v1=", StringComparison.Ordinal) && signatures.Count < MaxSignatures)
                signatures.Add(part[3..]);
        }

        if (timestamp is not { Length: > 0 and <= 12 } || !long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var sentAt) || Math.Abs(now.ToUnixTimeSeconds() - sentAt) > Tolerance)
            return false;
        // The timestamp as it was sent: written anew, it may be another text.
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{timestamp}."), .. request.Body.Span];
        var isSigned = false;
        foreach (var signature in signatures)
            isSigned |= WebhookSignature.IsHmacSha256(signed, secret, signature);
        return isSigned;
    }

    /// <summary>The member by the hash of its address, under which the API knows it, too.</summary>
    private static ImmutableArray<TouchedRecord>? Read(WebhookRequest request)
    {
        var form = Form(Encoding.UTF8.GetString(request.Body.Span));
        if (form.GetValueOrDefault("type") is not { Length: > 0 } type)
            return null;
        var email = type switch
        {
            "subscribe" or "unsubscribe" or "profile" or "cleaned" => form.GetValueOrDefault("data[email]"),
            "upemail" => form.GetValueOrDefault("data[new_email]"),
            // Campaigns, and what there may be some day.
            _ => "",
        };
        return email switch
        {
            null => null,
            "" => [],
            _ => [new TouchedRecord(MailchimpCatalog.Members, MailchimpRecords.HashOf(email))],
        };
    }

    private static Dictionary<string, string> Form(string body)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in body.Split('&'))
        {
            if (field.Split('=', 2) is [var name, var value])
                form.TryAdd(Decode(name), Decode(value));
        }

        return form;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
