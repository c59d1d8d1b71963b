using System.Text.RegularExpressions;
using EvenKeel.Training;

namespace EvenKeel.Lab.Studies;

/// <summary>
/// Turns a study at one size into its runs: all schemes in all settings with the first seed, then with the next. Later
/// changes win: base, variant, profile, axes, scheme, rules.
/// </summary>
internal sealed partial class StudyExpansion(StudySpec study, StudyProfile? profile, IReadOnlyList<StudyVariant> variants)
{
    private IReadOnlyList<StudyScheme> Schemes => profile?.Schemes is { } names
        ? [.. study.Schemes.Where(scheme => names.Contains(scheme.Key, StringComparer.Ordinal))]
        : study.Schemes;

    /// <summary>The axes of the plan: the variant where there are several, then the study's with the profile's values.</summary>
    public IReadOnlyList<StudyAxis> Axes()
    {
        IEnumerable<StudyAxis> axes = study.Axes.Select(axis => profile?.Axes is { } kept && kept.TryGetValue(axis.Name, out var names)
            ? axis with { Values = [.. axis.Values.Where(value => names.Contains(value.Name, StringComparer.Ordinal))] }
            : axis);
        if (variants.Count > 1)
        {
            axes = axes.Prepend(new StudyAxis
            {
                Name = Setting.VariantAxis,
                Values = [.. variants.Select(variant => new AxisValue { Name = variant.Name })],
            });
        }

        return [.. axes];
    }

    /// <summary>The runs.</summary>
    /// <exception cref="UserException">A change does not fit, or a scheme refers to one that is not there.</exception>
    public IReadOnlyList<PlannedRun> Runs(IReadOnlyList<ulong> seeds)
    {
        IReadOnlyList<Setting> settings = Settings(Axes());
        List<PlannedRun> runs = [];
        foreach (ulong seed in seeds.Distinct())
        {
            foreach (Setting setting in settings)
            {
                List<PlannedRun> together = [];
                foreach (StudyScheme scheme in Schemes)
                {
                    if (Spec(scheme, setting, seed) is { } spec)
                        together.Add(new PlannedRun(Linked(spec, together), scheme, setting, study.Restarts));
                }

                runs.AddRange(together);
            }
        }

        return runs;
    }

    private static IReadOnlyList<Setting> Settings(IReadOnlyList<StudyAxis> axes)
    {
        IEnumerable<(string Axis, string Value)[]> all = [[]];
        foreach (StudyAxis axis in axes)
            all = all.SelectMany(head => axis.Values.Select(value => head.Append((axis.Name, value.Name)).ToArray()));
        return [.. all.Select(choices => choices.Length == 0 ? Setting.Only : new Setting(choices))];
    }

    private RunSpec? Spec(StudyScheme scheme, Setting setting, ulong seed)
    {
        StudyVariant? variant = variants.Count > 1
            ? variants.First(item => item.Name == setting[Setting.VariantAxis])
            : variants.FirstOrDefault();
        RunSpec spec = SpecChange.Apply(study.Base, variant?.Change, $"variant {variant?.Name}");
        spec = SpecChange.Apply(spec, profile?.Change, $"profile {profile?.Name}");
        Dictionary<string, string> names = new(StringComparer.Ordinal) { ["scheme"] = scheme.Key };
        foreach (StudyAxis axis in study.Axes)
        {
            AxisValue value = axis.Values.First(item => item.Name == setting[axis.Name]);
            spec = SpecChange.Apply(spec, value.Change, $"axis {axis.Name}, value {value.Name}");
            names[axis.Name] = value.Name;
        }

        if (variant is not null)
            names[Setting.VariantAxis] = variant.Name;
        if (profile is not null)
            names["profile"] = profile.Name;
        spec = SpecChange.Apply(spec with { Scheme = scheme.Scheme }, scheme.Change, $"scheme {scheme.Key}");
        for (int i = 0; i < study.Rules.Count; i++)
        {
            if (!study.Rules[i].Fits(names))
                continue;
            if (study.Rules[i].Skip)
                return null;
            spec = SpecChange.Apply(spec, study.Rules[i].Change, $"rule {i + 1}");
        }

        return spec with { Seed = seed };
    }

    // {name} in a scheme's text is the folder of that scheme's run with the same seed and setting, which lies beside.
    private RunSpec Linked(RunSpec spec, List<PlannedRun> together) => spec with
    {
        Scheme = Reference().Replace(spec.Scheme, match =>
        {
            string name = match.Groups["name"].Value;
            PlannedRun target = together.Find(run => run.Scheme.Key == name) ?? throw new UserException(
                $"The study {study.Name}: the scheme {spec.Scheme} follows {{{name}}}, which must be a scheme that stands before it in the same setting.");
            return $"../{RunFolder.NameOf(target.Spec)}";
        }),
    };

    [GeneratedRegex(@"\{(?<name>[^{}]+)\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
