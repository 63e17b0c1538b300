namespace SyncFunctions.Up.Tests;

public sealed class BrowserTests
{
    private const string Consent = """
        <!doctype html><html><head><title>Allow &amp; go</title><style>form{color:red}</style></head><body>
        <p>An app asks for access to <b>your</b> account.</p>
        <FORM method="post" action="/confirm?x=1&amp;y=2">
        <input type="hidden" name="state" value="a&quot;b&amp;c"><input type="hidden" name="empty">
        <label>Account</label><select id="s" name="account"><option value="one">One</option><option value="two" selected>Two</option></select>
        <select name="user"><option value="admin">Admin</option><option value="member">Member</option></select>
        <select name="none"></select>
        <button name="decision" value="approve">Approve</button><button name="decision" value="deny">Deny</button><button>Help</button>
        </FORM></body></html>
        """;

    [Fact]
    public void Find_ConsentForm_HasWhatABrowserWouldSend()
    {
        var form = HtmlForm.Find(Consent, "decision", "approve").ShouldNotBeNull();

        form.Action.ShouldBe("/confirm?x=1&y=2");
        form.Fields.ShouldBe(
        [
            new("state", "a\"b&c"), new("empty", ""), new("account", "two"), new("user", "admin"), new("none", ""), new("decision", "approve"),
        ]);
    }

    [Fact]
    public void Find_OtherButton_SendsThatOne() =>
        HtmlForm.Find(Consent, "decision", "deny").ShouldNotBeNull().Fields[^1].ShouldBe(new("decision", "deny"));

    [Theory]
    [InlineData("<p>There is no such account.</p>")]
    [InlineData("<form><input name=\"decision\" value=\"approve\"></form>")]
    [InlineData("<form><button name=\"decision\" value=\"deny\">No</button></form>")]
    public void Find_NoSuchButton_IsNull(string html) => HtmlForm.Find(html, "decision", "approve").ShouldBeNull();

    [Fact]
    public void TextOf_Page_IsItsWords() => HtmlForm.TextOf("<head><title>x</title></head><h1>Not&nbsp;connected</h1>\n<p>Try <b>again</b>.</p><script>go()</script>").ShouldBe("Not connected Try again .");

    [Theory]
    [InlineData("http://a/x", "http://b/y#t=1", "http://b/y#t=1")]
    [InlineData("http://a/x#t=1", "/y", "http://a/y#t=1")]
    [InlineData("http://a/x#t=1", "http://b/y?q=2", "http://b/y?q=2#t=1")]
    [InlineData("http://a/x#t=1", "/y#u=2", "http://a/y#u=2")]
    [InlineData("http://a/d/x", "z", "http://a/d/z")]
    public void Follow_Redirect_KeepsTheFragmentAsBrowsersDo(string from, string location, string expected) =>
        Browser.Follow(new Uri(from), new Uri(location, UriKind.RelativeOrAbsolute)).AbsoluteUri.ShouldBe(expected);
}
