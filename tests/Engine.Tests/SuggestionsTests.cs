using SyncFunctions.Engine;

namespace SyncFunctions.Engine.Tests;

public class SuggestionsTests
{
    private static Record Named(string name, string? email = null, string? phone = null, string? address = null, string? website = null) => new("1", FieldSet.Of(
        ("name", FieldValue.Of(name)), ("email", FieldValue.Of(email)), ("phone", FieldValue.Of(phone)), ("address", FieldValue.Of(address)), ("website", FieldValue.Of(website))));

    [Theory]
    [InlineData("Acme Ltd", "ACME Limited", "same name")]
    [InlineData("Café Zürich GmbH", "cafe zurich", "same name")]
    [InlineData("Müller & Söhne GmbH", "Muller Brüder", "similar name")]
    [InlineData("Acme", "Zenith", "")]
    [InlineData("", "", "")]
    public void Names_WithoutAccentsAndLegalForms_AreCompared(string a, string b, string reasons) =>
        string.Join(", ", Suggestions.Score(Named(a), Named(b)).Reasons).ShouldBe(reasons);

    [Theory]
    [InlineData("info@acme.example", "sales@ACME.example", true)]
    [InlineData("info@acme.example", "info@zenith.example", false)]
    [InlineData("ada@gmail.com", "bob@gmail.com", false)]
    [InlineData("no address", "no address", false)]
    public void MailDomains_OfTheirOwn_AreCompared(string a, string b, bool same) =>
        Suggestions.Score(Named("a", a), Named("b", b)).Reasons.Contains("same mail or web domain").ShouldBe(same);

    [Fact]
    public void Website_AndMail_OfOneDomain_BelongTogether() =>
        Suggestions.Score(Named("a", email: "info@acme.example"), Named("b", website: "https://www.acme.example/about?x=1")).Reasons.ShouldBe(["same mail or web domain"]);

    [Theory]
    [InlineData("+61 2 9876 5432", "(02) 9876-5432", true)]
    [InlineData("02 9876 5432", "02 9876 5433", false)]
    [InlineData("123", "123", false)]
    public void Phones_AreComparedByTheirDigits(string a, string b, bool same) =>
        Suggestions.Score(Named("a", phone: a), Named("b", phone: b)).Reasons.Contains("same phone").ShouldBe(same);

    [Fact]
    public void Score_GrowsWithEachThingInCommon()
    {
        var name = Suggestions.Score(Named("Acme"), Named("Acme Inc")).Value;
        var mail = Suggestions.Score(Named("Acme", "a@acme.example"), Named("Acme Inc", "b@acme.example")).Value;
        var all = Suggestions.Score(Named("Acme", "a@acme.example", "0298765432", "1 High Street"), Named("Acme Inc", "b@acme.example", "02 9876 5432", "1, High Street"));
        name.ShouldBeLessThan(mail);
        mail.ShouldBeLessThan(all.Value);
        all.Value.ShouldBeLessThan(1);
        all.Reasons.ShouldBe(["same name", "same mail or web domain", "same phone", "same address"]);
        all.IsWorthwhile.ShouldBeTrue();
    }

    [Fact]
    public void Domain_Alone_IsWorthALook_AndNothingIsNot()
    {
        Suggestions.Score(Named("a", "a@acme.example"), Named("b", "b@acme.example")).IsWorthwhile.ShouldBeTrue();
        Suggestions.Score(Named("a"), Named("b")).ShouldSatisfyAllConditions(score => score.Value.ShouldBe(0), score => score.IsWorthwhile.ShouldBeFalse());
    }
}
