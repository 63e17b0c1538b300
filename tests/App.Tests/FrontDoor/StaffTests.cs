namespace SyncFunctions.App.Tests.FrontDoor;

public sealed class StaffTests(FrontDoorStack door)
{
    [Fact]
    public async Task Staff_MadeEditedAndArchivedInSynergy_AreGhostsInTinyPlus()
    {
        await using var practice = await door.LiveAsync();
        var staff = await practice.Synergy.CreateAsync("staff", new { firstName = "Inés", lastName = "Castellanos", email = "ines@practice.example", position = "Architect" });

        var member = await practice.TinyPlus.OneAsync("team_members", new { first_name = "Inés", last_name = "Castellanos", email_address = "ines@practice.example", title = "Architect", ghost = true });
        await practice.Synergy.EditAsync(staff, new { position = "Associate" });
        await practice.TinyPlus.BecomesAsync(member, new { title = "Associate", ghost = true });
        await practice.Synergy.ArchiveAsync(staff);
        await practice.TinyPlus.BecomesAsync(member, new { record_status = "archived" });
    }

    [Fact]
    public async Task Ghost_ActivatedInTinyPlus_StaysActivatedAndIsNotDoubled()
    {
        await using var practice = await door.LiveAsync();
        var staff = await practice.Synergy.CreateAsync("staff", new { firstName = "Inés", lastName = "Castellanos", email = "ines@practice.example" });
        var member = await practice.TinyPlus.OneAsync("team_members", new { email_address = "ines@practice.example", ghost = true });

        await practice.TinyPlus.EditAsync(member, new { ghost = false });
        await practice.QuietAsync();
        await practice.Synergy.EditAsync(staff, new { position = "Associate" });
        await practice.TinyPlus.BecomesAsync(member, new { title = "Associate", ghost = false });
        await practice.RunAsync("comprehensive");
        await practice.QuietAsync();

        (await practice.TinyPlus.AllAsync("team_members")).ShouldHaveSingleItem()["ghost"].ShouldBe("False");
    }
}

public sealed class TeamMemberTests(FrontDoorStack door)
{
    [Fact]
    public async Task TeamMember_WithTheEmailOfNewStaff_IsLinkedAndKeepsItsLogin()
    {
        await using var practice = await door.ConnectedAsync();
        var member = await practice.TinyPlus.CreateAsync("team_members", new { first_name = "Inés", last_name = "C.", email_address = "Ines@Practice.example" });
        await practice.GoLiveAsync();
        var staff = await practice.Synergy.CreateAsync("staff", new { firstName = "Inés", lastName = "Castellanos", email = "ines@practice.example", position = "Architect" });

        await practice.TinyPlus.BecomesAsync(member, new { last_name = "Castellanos", title = "Architect", ghost = false });
        await practice.QuietAsync();
        (await practice.TinyPlus.AllAsync("team_members")).Count.ShouldBe(1);
        (await practice.LinkedWithAsync("staff", staff)).ShouldBe([member.Id]);
    }

    [Fact]
    public async Task TeamMember_MadeInTinyPlus_IsNotSentToSynergy()
    {
        await using var practice = await door.LiveAsync();
        var member = await practice.TinyPlus.CreateAsync("team_members", new { first_name = "Björk", last_name = "Þórsdóttir", email_address = "bjork@practice.example" });

        await practice.LoggedAsync("skipped-new-records-off", new { kind = "staff", recordId = member.Id });
        await practice.QuietAsync();
        (await practice.Synergy.AllAsync("staff")).ShouldBeEmpty();
    }

    [Fact]
    public async Task TeamMember_EditedInTinyPlus_IsPutBackToWhatSynergySays()
    {
        await using var practice = await door.LiveAsync();
        await practice.Synergy.CreateAsync("staff", new { firstName = "Inés", lastName = "Castellanos", email = "ines@practice.example", position = "Architect" });
        var member = await practice.TinyPlus.OneAsync("team_members", new { title = "Architect" });

        await practice.TinyPlus.EditAsync(member, new { title = "Queen" });
        await practice.LoggedAsync("updated", new { kind = "staff", recordId = member.Id });
        await practice.TinyPlus.BecomesAsync(member, new { title = "Architect" });
    }
}
