namespace EvenKeel.Lab.Studies;

/// <summary>What must hold in a study beyond the kinds of its members.</summary>
internal static class StudyCheck
{
    private const int NewestFormat = 1;

    /// <summary>The study itself, if it holds together.</summary>
    /// <exception cref="UserException">It does not; the sentence says where.</exception>
    public static StudySpec Checked(StudySpec study, string place)
    {
        if (study.Format != NewestFormat)
            throw new UserException($"{place} has format {study.Format}; this EvenKeel reads format {NewestFormat}.");
        if (study.Schemes.Count == 0)
            throw new UserException($"{place} names no scheme; give at least one in \"schemes\".");
        if (study.Seeds.Count == 0)
            throw new UserException($"{place} names no seed; give at least one in \"seeds\".");

        Unique(study.Schemes.Select(scheme => scheme.Key), "scheme", place);
        Unique(study.Variants.Select(variant => variant.Name), "variant", place);
        Unique(study.Profiles.Select(profile => profile.Name), "profile", place);
        Unique(study.Sources.Select(source => source.Key), "source", place);
        Unique(study.Claims.Select(claim => claim.Id), "claim", place);
        Unique(study.Axes.Select(axis => axis.Name), "axis", place);
        foreach (StudyAxis axis in study.Axes)
            CheckAxis(axis, place);
        foreach (StudyProfile profile in study.Profiles)
            CheckProfile(study, profile, place);
        foreach (StudyRule rule in study.Rules)
        {
            foreach ((string name, IReadOnlyList<string> values) in rule.When)
                CheckNames(study, name, values, $"{place}: a rule's \"when\"");
        }

        foreach (StudyClaim claim in study.Claims)
            claim.Expression(study);
        foreach (PublishedFigures published in study.Published)
            CheckPublished(study, published, place);

        // Laying every change over the base finds faulty ones before anything is trained.
        foreach (StudyVariant variant in study.Variants)
            SpecChange.Apply(study.Base, variant.Change, $"{place}: variant {variant.Name}: change");
        foreach (StudyProfile profile in study.Profiles)
            SpecChange.Apply(study.Base, profile.Change, $"{place}: profile {profile.Name}: change");
        foreach (StudyScheme scheme in study.Schemes)
            SpecChange.Apply(study.Base, scheme.Change, $"{place}: scheme {scheme.Key}: change");
        foreach (StudyAxis axis in study.Axes)
        {
            foreach (AxisValue value in axis.Values)
                SpecChange.Apply(study.Base, value.Change, $"{place}: axis {axis.Name}: value {value.Name}: change");
        }

        for (int i = 0; i < study.Rules.Count; i++)
            SpecChange.Apply(study.Base, study.Rules[i].Change, $"{place}: rules[{i}]: change");
        return study;
    }

    private static void CheckAxis(StudyAxis axis, string place)
    {
        if (axis.Values.Count == 0)
            throw new UserException($"{place}: the axis {axis.Name} has no value; give at least one in \"values\".");
        if (axis.Name is Setting.VariantAxis or "scheme" or "profile" or "epoch" or "error" || axis.Name.Any(letter => letter is ',' or '=' or '(' or ')'))
            throw new UserException($"{place}: an axis cannot be named {axis.Name}; choose another word.");
        Unique(axis.Values.Select(value => value.Name), $"value of {axis.Name}", place);
    }

    private static void CheckProfile(StudySpec study, StudyProfile profile, string place)
    {
        string where = $"{place}: profile {profile.Name}";
        CheckNames(study, "scheme", profile.Schemes ?? [], where);
        CheckNames(study, Setting.VariantAxis, profile.Variants ?? [], where);
        foreach ((string axis, IReadOnlyList<string> values) in profile.Axes ?? new Dictionary<string, IReadOnlyList<string>>())
            CheckNames(study, axis, values, where);
    }

    private static void CheckNames(StudySpec study, string what, IReadOnlyList<string> names, string where)
    {
        IEnumerable<string>? known = what switch
        {
            "scheme" => study.Schemes.Select(scheme => scheme.Key),
            "profile" => study.Profiles.Select(profile => profile.Name),
            Setting.VariantAxis => study.Variants.Select(variant => variant.Name),
            _ => study.Axes.FirstOrDefault(axis => axis.Name == what)?.Values.Select(value => value.Name),
        };
        if (known is null)
        {
            string axes = string.Concat(study.Axes.Select(axis => $", {axis.Name}"));
            throw new UserException($"{where} names {what}; expected one of scheme, variant, profile{axes}.");
        }

        if (names.FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal)) is { } unknown)
            throw new UserException($"{where} names the {what} {unknown}, which the study does not have; it has: {string.Join(", ", known)}.");
    }

    private static void CheckPublished(StudySpec study, PublishedFigures published, string place)
    {
        if (study.Sources.All(source => source.Key != published.Source))
        {
            throw new UserException(
                $"{place}: published figures name the source {published.Source}, which \"sources\" does not have.");
        }

        foreach ((string name, string value) in published.When ?? new Dictionary<string, string>())
            CheckNames(study, name, [value], $"{place}: published figures of {published.Source}");
        foreach (string scheme in published.Values.Keys)
        {
            if (study.Schemes.All(known => known.Key != scheme))
            {
                throw new UserException(
                    $"{place}: published figures of {published.Source} name the scheme {scheme}, "
                    + "which \"schemes\" does not have.");
            }
        }
    }

    private static void Unique(IEnumerable<string> names, string what, string place)
    {
        string? twice = names.GroupBy(name => name, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Skip(1).Any())?.Key;
        if (twice is not null)
            throw new UserException($"{place} has the {what} {twice} twice.");
    }
}
