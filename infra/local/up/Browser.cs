using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;

namespace SyncFunctions.Up;

/// <summary>What a browser shows: the address after all redirects, with its fragment, and the page.</summary>
public sealed record BrowserPage(Uri Address, HttpStatusCode Status, string Html)
{
    /// <summary>What the page says, without its markup.</summary>
    public string Text => HtmlForm.TextOf(Html);
}

/// <summary>A person's browser as far as signing in needs it: cookies, redirects with fragments, forms.</summary>
public sealed class Browser : IDisposable
{
    private const int MostRedirects = 10;

    // Redirects are followed here because the handler would lose the fragment, which is where the implicit grant puts its token.
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() });

    public async Task<BrowserPage> OpenAsync(Uri address, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        return await SendAsync(request, address, cancellation);
    }

    /// <summary>Sends a form as pressing a button would.</summary>
    /// <param name="page">The page the form is on.</param>
    /// <param name="form">The form with the button's own value.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<BrowserPage> SubmitAsync(BrowserPage page, HtmlForm form, CancellationToken cancellation)
    {
        var target = form.Action.Length == 0 ? page.Address : new Uri(page.Address, form.Action);
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new FormUrlEncodedContent(form.Fields) };
        return await SendAsync(request, target, cancellation);
    }

    /// <summary>Posts JSON to the page's own address, as its script does.</summary>
    public async Task<BrowserPage> PostJsonAsync(BrowserPage page, object body, CancellationToken cancellation)
    {
        var target = new Uri(page.Address.GetLeftPart(UriPartial.Path));
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = JsonContent.Create(body) };
        request.Headers.TryAddWithoutValidation("Origin", target.GetLeftPart(UriPartial.Authority));
        request.Headers.TryAddWithoutValidation("Sec-Fetch-Site", "same-origin");
        return await SendAsync(request, target, cancellation);
    }

    /// <summary>Where a redirect leads. A fragment stays unless the redirect brings its own, as browsers do it.</summary>
    public static Uri Follow(Uri from, Uri location)
    {
        var target = new Uri(from, location);
        return target.Fragment.Length == 0 && from.Fragment.Length > 0 ? new UriBuilder(target) { Fragment = from.Fragment }.Uri : target;
    }

    public void Dispose() => _http.Dispose();

    private async Task<BrowserPage> SendAsync(HttpRequestMessage request, Uri address, CancellationToken cancellation)
    {
        var response = await _http.SendAsync(request, cancellation);
        for (var redirects = 0; response.Headers.Location is { } location && (int)response.StatusCode is >= 300 and < 400; redirects++)
        {
            if (redirects == MostRedirects)
                throw new UpFailure($"The sign-in never ends: {request.RequestUri!.GetLeftPart(UriPartial.Path)} redirects in circles.");
            response.Dispose();
            address = Follow(address, location);
            using var next = new HttpRequestMessage(HttpMethod.Get, address);
            response = await _http.SendAsync(next, cancellation);
        }

        using (response)
            return new BrowserPage(address, response.StatusCode, await response.Content.ReadAsStringAsync(cancellation));
    }
}

/// <summary>The first form of a page with the values that it would send.</summary>
public sealed partial record HtmlForm(string Action, IReadOnlyList<KeyValuePair<string, string>> Fields)
{
    /// <summary>The form as sent by its button <paramref name="button"/> with <paramref name="value"/>; null when the page has no form with that button.</summary>
    public static HtmlForm? Find(string html, string button, string value)
    {
        if (FormTag().Match(html) is not { Success: true } form)
            return null;
        var fields = new List<KeyValuePair<string, string>>();
        var pressed = false;
        foreach (var element in Element().Matches(form.Groups["inside"].Value).Cast<Match>())
        {
            var tag = element.Groups["attributes"].Value;
            if (Attribute(tag, "name") is not { } name)
                continue;
            switch (element.Groups["tag"].Value.ToLowerInvariant())
            {
                case "input":
                    fields.Add(new(name, Attribute(tag, "value") ?? ""));
                    break;
                case "select":
                    fields.Add(new(name, Chosen(element.Groups["options"].Value)));
                    break;
                case "button" when name == button && Attribute(tag, "value") == value:
                    fields.Add(new(name, value));
                    pressed = true;
                    break;
            }
        }

        return pressed ? new HtmlForm(Attribute(form.Groups["attributes"].Value, "action") ?? "", fields) : null;
    }

    /// <summary>The words of a page.</summary>
    public static string TextOf(string html)
    {
        var body = NotShown().Replace(html, " ");
        return Spaces().Replace(WebUtility.HtmlDecode(Tag().Replace(body, " ")), " ").Trim();
    }

    // What is selected, else the first: as browsers show it.
    private static string Chosen(string options)
    {
        var all = Option().Matches(options).Cast<Match>().Select(option => option.Groups["attributes"].Value).ToArray();
        var chosen = all.FirstOrDefault(attributes => Selected().IsMatch(attributes)) ?? all.FirstOrDefault();
        return chosen is null ? "" : Attribute(chosen, "value") ?? "";
    }

    private static string? Attribute(string tag, string name) =>
        AttributePattern().Matches(tag).FirstOrDefault(match => string.Equals(match.Groups["name"].Value, name, StringComparison.OrdinalIgnoreCase)) is { } found
            ? WebUtility.HtmlDecode(found.Groups["value"].Value)
            : null;

    [GeneratedRegex(@"<form\b(?<attributes>[^>]*)>(?<inside>.*?)</form>", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FormTag();

    [GeneratedRegex(
        @"<(?<tag>input|button)\b(?<attributes>[^>]*)>|<(?<tag>select)\b(?<attributes>[^>]*)>(?<options>.*?)</select>",
        RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Element();

    [GeneratedRegex(@"<option\b(?<attributes>[^>]*)>", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Option();

    [GeneratedRegex(@"\sselected(\s|=|$)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Selected();

    [GeneratedRegex(@"(?<name>[\w-]+)\s*=\s*""(?<value>[^""]*)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AttributePattern();

    [GeneratedRegex(@"<(?<tag>head|script|style)\b.*?</\k<tag>>", RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NotShown();

    [GeneratedRegex("<[^>]*>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Spaces();
}
